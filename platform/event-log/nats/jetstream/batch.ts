import type { JetStreamManager, StoredMsg } from '@nats-io/jetstream';
import { EventLogUnavailable } from '../../errors.ts';
import { isMessageNotFound } from './errors.ts';

/** A batch that was lost on its way, with the connection or the server, is not waited for any longer. */
const ANSWER_MS = 4_000;

/** Messages from the sequence `seq` on. */
export interface BatchWanted {
  readonly seq: number;
  /** Default: all subjects. */
  readonly next_by_subj?: string;
  /** Messages at most. */
  readonly batch: number;
  /** Default: any number. */
  readonly max_bytes?: number;
}

/**
 * Reads stored messages from whichever replica answers; none where there are none.
 * @throws EventLogUnavailable when a message was lost on its way, or the answer's end was
 */
export function readBatch(
  manager: JetStreamManager,
  stream: string,
  wanted: BatchWanted,
): Promise<StoredMsg[]> {
  return new Promise((resolve, reject) => {
    const messages: StoredMsg[] = [];
    let stop = () => {};
    const settle = (error?: unknown) => {
      clearTimeout(late);
      if (error === undefined || isMessageNotFound(error)) resolve(messages);
      else reject(error);
      stop();
    };
    const late = setTimeout(
      () => settle(new EventLogUnavailable('The server did not answer with a whole batch in time')),
      ANSWER_MS,
    );
    const take = (message: StoredMsg & { readonly lastSequence?: number }) => {
      // Each names the one before it in its batch: after a reconnection the middle of a batch may be missing.
      const previous = messages.at(-1)?.seq ?? 0;
      if (message.lastSequence === previous) messages.push(message);
      else settle(new EventLogUnavailable(`Message ${message.seq} came next after ${previous} in its batch`));
    };
    // With a callback, because the client's iterator keeps its subscription after its end.
    const callback = (done: { err?: Error } | null, message: StoredMsg) =>
      done ? settle(done.err) : take(message);
    manager.direct.getBatch(stream, { ...wanted, callback }).then((batch) => {
      stop = () => batch.stop();
    }, settle);
  });
}
