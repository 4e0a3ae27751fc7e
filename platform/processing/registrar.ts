import { BlobgraphError, errorTable } from '../errors.ts';
import type { EventProcessorDependencies } from './event-processor.ts';
import type { DerivedRecord } from './store.ts';

/** Tells the index of stored results: at once after a run, and by sweeping for what a crash left untold. */
export interface Registrar<Record extends DerivedRecord> {
  /** Registers a stored result and reports its run as completed. Safe to do again. */
  finish(record: Record, attempt: number): Promise<void>;
  start(): void;
  stop(): Promise<void>;
}

const SWEEP_EVERY_MS = 10_000;
/** What is younger is most likely being registered by the run that stored it. */
const SWEEP_GRACE_MS = 30_000;
const SWEEP_BATCH = 100;

/** Whether the index will never take it, however often it is asked. */
const refusedForGood = (error: unknown): error is BlobgraphError =>
  error instanceof BlobgraphError && errorTable[error.code].status < 500 && error.code !== 'UNAUTHENTICATED';

export function createRegistrar<Record extends DerivedRecord>(
  deps: Pick<
    EventProcessorDependencies<Record>,
    'store' | 'state' | 'describe' | 'registration' | 'clock' | 'logger'
  >,
): Registrar<Record> {
  const { store, state, registration, clock, logger } = deps;
  let timer: NodeJS.Timeout | undefined;
  let sweeping: Promise<void> | undefined;

  async function finish(record: Record, attempt: number): Promise<void> {
    try {
      await state.register(deps.describe(record));
    } catch (error) {
      if (refusedForGood(error)) await store.quarantine(record.id, `${error.code}: ${error.message}`);
      throw error;
    }
    await store.markRegistered(record.id, clock.now());
    await state.report(record.userId, {
      blob_id: record.parentBlobId,
      processor_id: registration.id,
      state: 'COMPLETED',
      attempt,
    });
  }

  async function sweep(): Promise<void> {
    try {
      const before = new Date(clock.now().getTime() - SWEEP_GRACE_MS);
      for (const id of await store.unregistered(before, SWEEP_BATCH)) {
        const record = await store.find(id);
        if (!record) continue;
        await finish(record, 1).catch((error: unknown) => {
          if (!refusedForGood(error)) throw error;
          logger.error(
            { err: error, blobId: record.id },
            'the index refuses a derived blob; it is quarantined',
          );
        });
      }
    } catch (error) {
      logger.warn({ err: error }, 'registering results failed; trying again');
    }
  }

  return {
    finish,
    start() {
      timer = setInterval(() => {
        sweeping ??= sweep().finally(() => {
          sweeping = undefined;
        });
      }, SWEEP_EVERY_MS);
    },
    async stop() {
      clearInterval(timer);
      await sweeping;
    },
  };
}
