import type { DerivedRegistration, StateClient } from '../clients/state.ts';
import type { Clock } from '../clock.ts';
import type { Logger } from '../logger.ts';
import { repeating } from '../repeating.ts';
import { type EventProcessorRegistration, isAway, isDeleted, refusedForGood } from './decide.ts';
import { defaultSettings, type EventProcessorSettings } from './settings.ts';
import type { DerivedRecord, DerivedStore } from './store.ts';

export interface RegistrarDependencies<Record extends DerivedRecord> {
  readonly registration: EventProcessorRegistration;
  readonly store: DerivedStore<Record>;
  readonly state: StateClient;
  readonly clock: Clock;
  readonly logger: Logger;
  /** What the index is told of a result. */
  readonly describe: (record: Record) => DerivedRegistration;
  /** What is left out has its default. */
  readonly settings?: Partial<EventProcessorSettings>;
}

/** Tells the index of stored results: at once after a run, and by sweeping for what a crash left untold. */
export interface Registrar<Record extends DerivedRecord> {
  /**
   * Registers a stored result and reports its run as completed. Safe to do again. What was deleted meanwhile is
   * discarded, what the index refuses otherwise is set aside.
   * @throws what the index answers
   */
  finish(record: Record, attempt: number): Promise<void>;
  start(): void;
  stop(): Promise<void>;
}

const SWEEP_BATCH = 100;

export function createRegistrar<Record extends DerivedRecord>(
  deps: RegistrarDependencies<Record>,
): Registrar<Record> {
  const { store, state, registration, clock, logger } = deps;
  const { sweepEveryMs, sweepGraceMs } = { ...defaultSettings, ...deps.settings };
  const sweeping = repeating(sweepEveryMs, sweep);
  let stopped = false;

  async function finish(record: Record, attempt: number): Promise<void> {
    try {
      await state.register(deps.describe(record));
    } catch (error) {
      if (isDeleted(error)) await store.erase(record.userId, [record.id]);
      else if (refusedForGood(error)) await store.quarantine(record.id, `${error.code}: ${error.message}`);
      throw error;
    }
    await state.report(record.userId, {
      blob_id: record.parentBlobId,
      processor_id: registration.id,
      state: 'COMPLETED',
      attempt,
    });
    // Last, so that the sweep tells whatever of this was cut short.
    await store.markRegistered(record.id, clock.now());
  }

  async function sweepOne(id: string): Promise<void> {
    const record = await store.find(id);
    if (!record) return;
    try {
      await finish(record, 1);
    } catch (error) {
      // Another result would fare no better.
      if (isAway(error)) throw error;
      if (isDeleted(error)) return;
      // The others must not wait for one that cannot be registered.
      logger.error(
        { err: error, blobId: id, quarantined: refusedForGood(error) },
        'a result cannot be registered',
      );
    }
  }

  async function sweep(): Promise<void> {
    try {
      const before = new Date(clock.now().getTime() - sweepGraceMs);
      for (const id of await store.unregistered(before, SWEEP_BATCH)) {
        if (stopped) return;
        await sweepOne(id);
      }
    } catch (error) {
      logger.warn({ err: error }, 'registering results failed; trying again');
    }
  }

  return {
    finish,
    start: () => sweeping.start(),
    async stop() {
      stopped = true;
      await sweeping.stop();
    },
  };
}
