import type { EventLog } from '../../../platform/event-log/log.ts';
import type { OutgoingMessage } from '../../../platform/event-log/message.ts';
import { toMessage } from '../../../platform/events/events.ts';
import type { Logger } from '../../../platform/telemetry/logger.ts';
import type { Clock } from '../../../platform/time/clock.ts';
import { type Periodic, periodic } from '../../../platform/time/periodic.ts';
import { eventOf } from '../entries/entry.ts';
import { isOwed } from '../entries/runs.ts';
import type { IndexEntry, Run } from '../store/records.ts';
import type { Reemission } from '../store/reemission.ts';
import type { StateStore } from '../store/store.ts';

export interface ReemitterDependencies {
  readonly store: Pick<StateStore, 'scanEntries' | 'entries' | 'reemission' | 'saveReemission'>;
  readonly eventLog: Pick<EventLog, 'head' | 'publishTo'>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Entries read at once. Default 200. */
  readonly batchSize?: number;
  /** Milliseconds between two looks at the log. Default 2,000. */
  readonly everyMs?: number;
}

/** Requests all open runs again when the log has lost its events, once per epoch of the log. */
export interface Reemitter {
  /** Looks at once, then periodically. */
  start(): void;
  /** Finishes the current batch; the next start continues after it. */
  stop(): Promise<void>;
}

/** The message that requests a run again. Within one epoch it always has the same id. */
function askAgain(entry: IndexEntry, run: Run, epoch: string, at: Date): OutgoingMessage {
  const asked = { ...run, state: 'PENDING', attempt: run.attempt + 1 } as const;
  const message = toMessage({ ...eventOf(entry, 'retried', at, { run: asked }), time: at });
  const id = `${entry.id}:${run.processorId}:${epoch}`;
  return { ...message, id, headers: { ...message.headers, 'ce-id': id } };
}

class LogReemitter implements Reemitter {
  readonly #deps: ReemitterDependencies;
  #done: string | undefined;
  readonly #looking: Periodic;

  constructor(deps: ReemitterDependencies) {
    this.#deps = deps;
    this.#looking = periodic({
      what: 'asking again for open runs',
      everyMs: deps.everyMs ?? 2_000,
      logger: deps.logger,
      turn: (signal) => this.#look(signal),
    });
  }

  start(): void {
    this.#looking.start();
    this.#looking.now();
  }

  stop(): Promise<void> {
    return this.#looking.stop();
  }

  async #look(signal: AbortSignal): Promise<void> {
    const { eventLog, store } = this.#deps;
    const { epoch } = await eventLog.head();
    if (epoch === this.#done) return;
    const saved = await store.reemission();
    let progress: Reemission = saved?.epoch === epoch ? saved : { epoch, after: null, done: false };
    while (!progress.done && !signal.aborted) {
      progress = await this.#batch(progress);
      await store.saveReemission(progress);
    }
    if (progress.done) this.#done = epoch;
  }

  async #batch({ epoch, after }: Reemission): Promise<Reemission> {
    const { store, batchSize: limit = 200 } = this.#deps;
    const page = await store.scanEntries({ limit, ...(after ? { after } : {}) });
    const open = page.filter(({ runs }) => runs.some(isOwed));
    for (const userId of new Set(open.map((entry) => entry.userId))) {
      const ids = open.filter((entry) => entry.userId === userId).map(({ id }) => id);
      await this.#ask(await store.entries(userId, ids), epoch);
    }
    const last = page.at(-1);
    return {
      epoch,
      after: last ? { userId: last.userId, id: last.id } : after,
      done: page.length < limit,
    };
  }

  async #ask(entries: readonly IndexEntry[], epoch: string): Promise<void> {
    const { eventLog, clock, logger } = this.#deps;
    const at = clock.now();
    await Promise.all(
      entries.flatMap((entry) =>
        entry.runs.filter(isOwed).map(async (run) => {
          await eventLog.publishTo(run.processorId, askAgain(entry, run, epoch, at));
          logger.info({ blobId: entry.id, processor: run.processorId, epoch }, 'requested an open run again');
        }),
      ),
    );
  }
}

export const createReemitter = (deps: ReemitterDependencies): Reemitter => new LogReemitter(deps);
