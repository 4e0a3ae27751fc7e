import {
  AckPolicy,
  type Consumer,
  DeliverPolicy,
  type JetStreamClient,
  type JetStreamManager,
  type JsMsg,
} from '@nats-io/jetstream';
import { nanos } from '@nats-io/transport-node';
import type { Logger } from '../../telemetry/logger.ts';
import { pause } from '../../time/pause.ts';
import { backoffMs } from '../../time/retry.ts';
import { EpochGone, PositionGone } from '../errors.ts';
import type { LoggedMessage, Position } from '../message.ts';
import { EVERYTHING } from '../subjects.ts';
import { BACKOFF } from './jetstream/errors.ts';
import { fromReceived, type Subjects } from './jetstream/messages.ts';
import { assertKept } from './jetstream/streams.ts';

export interface NatsReaderDependencies {
  readonly client: JetStreamClient;
  readonly manager: JetStreamManager;
  readonly stream: string;
  readonly subjects: Subjects;
  readonly logger: Logger | undefined;
}

const BATCH = 256;
/** A request for messages that was lost with the consumer's leader is made again after this. */
const FETCH_MS = 5_000;
/** A request that was not answered by then is lost. */
const LATE_MS = FETCH_MS + 1_000;
/** The server drops a reader's consumer that asked for nothing for this long. */
const INACTIVE_MS = 60_000;

/** Delivered messages were lost on their way. */
class DeliveryGap extends Error {
  override readonly name = 'DeliveryGap';
}

/**
 * Reads a stream in order from a position. The consumer at the server is ephemeral and unacknowledged: whenever
 * anything is odd about it, another one takes over after the last message that arrived. (The client's ordered
 * consumer does the same but would pass over a lost or renewed stream in silence.) No request outlasts its time: where the
 * connection is lost meanwhile, the client looks for the consumer for as long as that one's server is gone.
 */
export class NatsReader {
  readonly #dependencies: NatsReaderDependencies;

  constructor(dependencies: NatsReaderDependencies) {
    this.#dependencies = dependencies;
  }

  /** @throws EpochGone, PositionGone */
  async *read(
    filters: readonly string[],
    start: Promise<Position>,
    ending: AbortSignal,
  ): AsyncGenerator<LoggedMessage, void, undefined> {
    let position = await start;
    for (let attempt = 1; !ending.aborted; attempt++) {
      try {
        for await (const message of this.#session(filters, position, ending)) {
          position = message.position;
          attempt = 0;
          yield message;
        }
      } catch (error) {
        if (ending.aborted) return;
        if (error instanceof EpochGone || error instanceof PositionGone) throw error;
        const { logger, stream } = this.#dependencies;
        logger?.warn(
          { err: error, stream, position, attempt },
          'Reading the event log was interrupted; resuming',
        );
        await pause(backoffMs(BACKOFF, attempt), ending);
      }
    }
  }

  async *#session(
    filters: readonly string[],
    start: Position,
    ending: AbortSignal,
  ): AsyncGenerator<LoggedMessage, void, undefined> {
    const { manager, stream } = this.#dependencies;
    const consumer = await this.#consumer(filters, start);
    try {
      // After the consumer stands: what follows the position cannot have gone before it was made.
      await this.#assertKept(start);
      yield* this.#messages(consumer, start, ending);
    } finally {
      manager.consumers.delete(stream, consumer.name).catch(() => undefined);
    }
  }

  async #consumer(filters: readonly string[], start: Position): Promise<{ name: string; source: Consumer }> {
    const { client, manager, stream, subjects } = this.#dependencies;
    const info = await manager.consumers.add(stream, {
      ack_policy: AckPolicy.None,
      deliver_policy: DeliverPolicy.StartSequence,
      opt_start_seq: start.sequence + 1,
      // Without a filter where there is none to need: for each message, nats-server 2.15 holds filters against every subject
      // of a block, and there are several of each user.
      ...(!filters.includes(EVERYTHING) && { filter_subjects: filters.map(subjects.outer) }),
      inactive_threshold: nanos(INACTIVE_MS),
      mem_storage: true,
      num_replicas: 1,
    });
    return { name: info.name, source: client.consumers.getConsumerFromInfo(info) };
  }

  async *#messages(
    { source }: { source: Consumer },
    { epoch, sequence: start }: Position,
    ending: AbortSignal,
  ): AsyncGenerator<LoggedMessage, void, undefined> {
    let sequence = start;
    let delivered = 0;
    while (!ending.aborted) {
      for await (const message of this.#batch(source, ending)) {
        const { streamSequence, deliverySequence } = message.info;
        delivered++;
        if (deliverySequence !== delivered)
          throw new DeliveryGap(`Delivery ${deliverySequence} came instead of ${delivered}`);
        // A gap is what other subjects took, or what was removed before it was delivered.
        if (streamSequence !== sequence + 1) await this.#assertKept({ epoch, sequence });
        sequence = streamSequence;
        yield fromReceived(message, { epoch, sequence }, message.time, this.#dependencies.subjects);
      }
    }
  }

  async *#batch(source: Consumer, ending: AbortSignal): AsyncGenerator<JsMsg, void, undefined> {
    const messages = await source.fetch({ max_messages: BATCH, expires: FETCH_MS });
    const close = () => {
      void messages.close();
    };
    ending.addEventListener('abort', close, { once: true });
    const late = setTimeout(close, LATE_MS);
    try {
      if (ending.aborted) return;
      yield* messages;
    } finally {
      clearTimeout(late);
      ending.removeEventListener('abort', close);
      close();
    }
  }

  /** @throws EpochGone, PositionGone */
  async #assertKept(position: Position): Promise<void> {
    const { manager, stream } = this.#dependencies;
    assertKept(await manager.streams.info(stream), position);
  }
}
