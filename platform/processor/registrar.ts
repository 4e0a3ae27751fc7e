import type { FinishedRun, StateClient } from '../clients/state.ts';
import type { Clock } from '../clock.ts';
import type { Logger } from '../logger.ts';
import { repeating } from '../repeating.ts';
import { type BlobRecord, isPending } from './record.ts';
import type { Records } from './records/records.ts';
import { isAway, isDeleted, refusedForGood } from './runs/decide.ts';
import { defaultSettings, type RunSettings } from './runs/settings.ts';

export interface RegistrarDependencies {
  readonly processor: { readonly id: string; readonly makes: { readonly schema: string } };
  readonly records: Records;
  readonly state: Pick<StateClient, 'register' | 'finish'>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Those that are left out have their defaults. */
  readonly settings?: Partial<RunSettings>;
  /** Spreads tries: from 0 to below 1. Default: `Math.random`. */
  readonly random?: () => number;
}

/** Tells the index of stored records: at once after they were made, and by sweeping for what a crash left untold. */
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
  start(): void;
  stop(): Promise<void>;
}

const SWEEP_BATCH = 100;
const FIRST_DELAY_MS = 1_000;
const LONGEST_DELAY_MS = 60_000;

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

/** Waits twice as long after each try that failed, up to a minute, half of it by chance. `random`: 0 to below 1. */
export function postponement(attempts: number, random: number): number {
  const longest = Math.min(FIRST_DELAY_MS * 2 ** attempts, LONGEST_DELAY_MS);
  return Math.round((longest / 2) * (1 + random));
}

class RecordRegistrar implements Registrar {
  readonly #deps: RegistrarDependencies;
  readonly #sweeping;
  #stopped = false;

  constructor(deps: RegistrarDependencies) {
    this.#deps = deps;
    const { sweepEveryMs } = { ...defaultSettings, ...deps.settings };
    this.#sweeping = repeating(sweepEveryMs, () => this.#sweep());
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
      logger.warn({ err: error, blobId: record.id }, 'a result is not registered; trying again');
      await this.#postpone(record);
    }
  }

  start(): void {
    this.#sweeping.start();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#sweeping.stop();
  }

  async #postpone(record: BlobRecord): Promise<void> {
    const { records, clock, logger, random = Math.random } = this.#deps;
    const dueAt = new Date(clock.now().getTime() + postponement(record.registerAttempts, random()));
    await records.postponeRegistration(record.id, dueAt).catch((error: unknown) => {
      // It is due again by the time that it had.
      logger.warn({ err: error, blobId: record.id }, 'a registration could not be postponed');
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
      // Another result would fare no better.
      if (isAway(error)) throw error;
      const { logger } = this.#deps;
      logger.error(
        { err: error, blobId: id, refused: refusedForGood(error) },
        'a result cannot be registered',
      );
    }
  }

  async #sweep(): Promise<void> {
    const { records, clock, logger } = this.#deps;
    try {
      for (const id of await records.dueRegistrations(clock.now(), SWEEP_BATCH)) {
        if (this.#stopped) return;
        await this.#sweepOne(id);
      }
    } catch (error) {
      logger.warn({ err: error }, 'registering results failed; trying again');
    }
  }
}

export const createRegistrar = (deps: RegistrarDependencies): Registrar => new RecordRegistrar(deps);
