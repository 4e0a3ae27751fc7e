import type { Clock } from '../../../platform/clock.ts';
import type { EventLog, OutgoingMessage } from '../../../platform/event-log/log.ts';
import { toMessage } from '../../../platform/events/events.ts';
import type { Logger } from '../../../platform/logger.ts';
import { type Repeating, repeating } from '../../../platform/repeating.ts';
import type { IndexEntry, Run } from '../documents.ts';
import { eventOf } from '../entry.ts';
import { isOwed } from '../runs/runs.ts';
import type { Reemission } from '../store/reemission.ts';
import type { StateStore } from '../store/store.ts';

export interface ReemitterDependencies {
  readonly store: Pick<StateStore, 'scanEntries' | 'entries' | 'reemission' | 'saveReemission'>;
  readonly eventLog: Pick<EventLog, 'head' | 'publishTo'>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Entries read at once. Default: 200. */
  readonly batchSize?: number;
  /** Milliseconds between two looks at the log. Default: 2,000. */
  readonly everyMs?: number;
}

/** Asks processors again for what they owe, once for every life of the log: what held their events is gone. */
export interface Reemitter {
  start(): void;
  /** Finishes the batch in work; the next start goes on behind it. */
  stop(): Promise<void>;
}

/** The message that asks for a run again: the same, with the same id, however often it is made in one epoch. */
export function askAgain(entry: IndexEntry, run: Run, epoch: string, at: Date): OutgoingMessage {
  const asked = { ...run, state: 'PENDING', attempt: run.attempt + 1 } as const;
  const message = toMessage({ ...eventOf(entry, 'retried', at, { run: asked }), time: at });
  const id = `${entry.id}:${run.processorId}:${epoch}`;
  return { ...message, id, headers: { ...message.headers, 'ce-id': id } };
}

class LogReemitter implements Reemitter {
  readonly #deps: ReemitterDependencies;
  #done: string | undefined;
  readonly #looking: Repeating;
  #stopped = false;

  constructor(deps: ReemitterDependencies) {
    this.#deps = deps;
    this.#looking = repeating(deps.everyMs ?? 2_000, () => this.#look());
  }

  start(): void {
    this.#looking.start();
    this.#looking.now();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#looking.stop();
  }

  async #look(): Promise<void> {
    const { eventLog, store, logger } = this.#deps;
    try {
      const { epoch } = await eventLog.head();
      if (epoch === this.#done) return;
      const saved = await store.reemission();
      let progress: Reemission = saved?.epoch === epoch ? saved : { epoch, after: null, done: false };
      while (!progress.done && !this.#stopped) {
        progress = await this.#batch(progress);
        await store.saveReemission(progress);
      }
      if (progress.done) this.#done = epoch;
    } catch (error) {
      if (!this.#stopped)
        logger.warn({ err: error }, 'the log cannot be told again of open runs; trying again');
    }
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
          logger.info({ blobId: entry.id, processor: run.processorId, epoch }, 'a run is asked for again');
        }),
      ),
    );
  }
}

export const createReemitter = (deps: ReemitterDependencies): Reemitter => new LogReemitter(deps);
