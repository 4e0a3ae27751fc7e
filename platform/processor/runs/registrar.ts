import type { FinishedRun, StateClient } from '../../clients/state.ts';
import { defaultSettings, type RunSettings } from '../../config/runs.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { Clock } from '../../time/clock.ts';
import { type Periodic, periodic } from '../../time/periodic.ts';
import { backoffMs } from '../../time/retry.ts';
import { type BlobRecord, isPending } from '../records/record.ts';
import type { Records } from '../records/records.ts';
import { isAway, isDeleted, refusedForGood } from './decide.ts';

export interface RegistrarDependencies {
  readonly processor: { readonly id: string; readonly makes: { readonly schema: string } };
  readonly records: Records;
  readonly state: Pick<StateClient, 'register' | 'finish'>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Default: {@link defaultSettings}. */
  readonly settings?: Partial<RunSettings>;
  /** Source of jitter: from 0 to below 1. Default: `Math.random`. */
  readonly random?: () => number;
}

/** Registers stored records in the index: right after they were made, and by a sweep for those that a crash left out. */
export interface Registrar {
  /**
   * Registers a stored record and completes its run. Safe to do again. What was deleted meanwhile is erased, and so is what
   * is pending and permanently refused: nobody would ever make it. What is refused otherwise is set aside.
   * @throws what the index answers
   */
  register(record: BlobRecord, attempt: number): Promise<void>;
  /**
   * As {@link Registrar.register}, for whoever has the record already: what may pass is done later, by the sweep.
   * @throws what the index permanently refuses it with
   */
  registerOrPostpone(record: BlobRecord): Promise<void>;
  /** Begins the sweep, whose first turn comes after one interval. */
  start(): void;
  /** Ends the sweep; resolves once a turn that is under way has ended. */
  stop(): Promise<void>;
}

const SWEEP_BATCH = 100;
const BACKOFF = { baseMs: 1_000, maxMs: 60_000 } as const;

/** A record's registration. */
export function toRegistration(
  record: BlobRecord,
  { id, makes }: RegistrarDependencies['processor'],
  attempt: number,
): FinishedRun {
  const [parent = '', ...others] = record.sourceIds;
  // A run on a source made it, or one on the pending blob itself; what a request made at once has none.
  const runOn = record.onDemand ? (record.command ? record.id : null) : parent;
  return {
    user_id: record.userId,
    processor_id: id,
    processor_version: record.processorVersion,
    generation: record.generation,
    ...(record.onDemand ? { on_demand: true } : {}),
    storage_location: `${id}-db`,
    remote_blob_id: record.id,
    parent_id: parent,
    ...(others.length > 0 ? { source_ids: record.sourceIds } : {}),
    schema_id: makes.schema,
    schema_version: record.schemaVersion,
    title: record.title,
    preview: record.preview,
    size_bytes: record.sizeBytes,
    ...(record.contentHash === null ? {} : { content_hash: record.contentHash }),
    ...(runOn === null || isPending(record) ? {} : { run: { blob_id: runOn, attempt } }),
  };
}

class RecordRegistrar implements Registrar {
  readonly #deps: RegistrarDependencies;
  readonly #sweeping: Periodic;

  constructor(deps: RegistrarDependencies) {
    this.#deps = deps;
    const { sweepEveryMs } = { ...defaultSettings, ...deps.settings };
    this.#sweeping = periodic({
      what: 'registering results',
      everyMs: sweepEveryMs,
      logger: deps.logger,
      turn: (signal) => this.#sweep(signal),
    });
  }

  async register(record: BlobRecord, attempt: number): Promise<void> {
    const { records, state, processor, clock } = this.#deps;
    const told = toRegistration(record, processor, attempt);
    try {
      await (isPending(record) ? state.register(told) : state.finish(told));
    } catch (error) {
      const isRefused = refusedForGood(error);
      if (isDeleted(error) || (isRefused && isPending(record))) {
        await records.erase(record.userId, [record.id]);
      } else if (isRefused) {
        await records.refuseRegistration(record.id, `${error.code}: ${error.message}`);
      }
      throw error;
    }
    // Last, so that the sweep tells whatever of this was cut short.
    await records.markRegistered(record, clock.now());
  }

  async registerOrPostpone(record: BlobRecord): Promise<void> {
    const { logger } = this.#deps;
    try {
      await this.register(record, 1);
    } catch (error) {
      if (isDeleted(error) || refusedForGood(error)) throw error;
      logger.warn({ err: error, blobId: record.id }, 'registering a result failed; retrying');
      await this.#postpone(record);
    }
  }

  start(): void {
    this.#sweeping.start();
  }

  stop(): Promise<void> {
    return this.#sweeping.stop();
  }

  async #postpone(record: BlobRecord): Promise<void> {
    const { records, clock, logger, random = Math.random } = this.#deps;
    const dueAt = new Date(clock.now().getTime() + backoffMs(BACKOFF, record.registerAttempts + 1, random()));
    await records.postponeRegistration(record.id, dueAt).catch((error: unknown) => {
      // It is due again by the time that it had.
      logger.warn({ err: error, blobId: record.id }, 'postponing a registration failed');
    });
  }

  async #sweepOne(id: string): Promise<void> {
    const record = await this.#deps.records.find(id, new Set());
    if (!record) return;
    try {
      await this.register(record, 1);
    } catch (error) {
      if (isDeleted(error)) return;
      await this.#postpone(record);
      // A retry would be refused the same way.
      if (isAway(error)) throw error;
      const { logger } = this.#deps;
      logger.error(
        { err: error, blobId: id, refused: refusedForGood(error) },
        'a result cannot be registered',
      );
    }
  }

  async #sweep(signal: AbortSignal): Promise<void> {
    const { records, clock } = this.#deps;
    for (const id of await records.dueRegistrations(clock.now(), SWEEP_BATCH)) {
      if (signal.aborted) return;
      await this.#sweepOne(id);
    }
  }
}

export const createRegistrar = (deps: RegistrarDependencies): Registrar => new RecordRegistrar(deps);
