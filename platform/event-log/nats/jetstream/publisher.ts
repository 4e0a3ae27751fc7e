import type { JetStreamClient, PubAck } from '@nats-io/jetstream';
import type { MsgHdrs } from '@nats-io/transport-node';
import { isFull, isUnclaimed, retryFor } from './errors.ts';

export interface NatsPublisherDependencies {
  readonly client: JetStreamClient;
  /** How long one message is tried. */
  readonly timeoutMs: number;
  /** Makes the streams where they are missing. */
  readonly ensure: () => Promise<void>;
  /** Removes from the stream what may go. */
  readonly makeRoom: (stream: string) => Promise<void>;
}

export interface Publication {
  /** The one that has to take it. */
  readonly stream: string;
  /** As the server sees it. */
  readonly subject: string;
  /** The stream takes no second one of the same id within its de-duplication window. */
  readonly id: string;
  readonly body: Uint8Array;
  /** Default: none but the id. */
  readonly headers?: MsgHdrs;
  /** The newest message on the subject must be this one, 0: none; else it is refused. */
  readonly lastOnSubject?: number;
}

export type Publish = (publication: Publication) => Promise<PubAck>;

/** Limit of one attempt: a message that is lost with its connection is never acknowledged. */
const ATTEMPT_TIMEOUT_MS = 2_000;

/** Publishes with the same id until the stream acknowledges. @throws the last attempt's error after `timeoutMs` */
export function natsPublisher({ client, timeoutMs, ensure, makeRoom }: NatsPublisherDependencies): Publish {
  const timeout = Math.min(ATTEMPT_TIMEOUT_MS, timeoutMs);
  return ({ stream, subject, id, body, headers, lastOnSubject }) =>
    retryFor(async () => {
      try {
        const last = lastOnSubject === undefined ? {} : { lastSubjectSequence: lastOnSubject };
        const options = { msgID: id, timeout, expect: { streamName: stream, ...last } };
        return await client.publish(subject, body, headers ? { ...options, headers } : options);
      } catch (error) {
        if (isUnclaimed(error)) await ensure();
        if (isFull(error)) await makeRoom(stream);
        throw error;
      }
    }, timeoutMs);
}
