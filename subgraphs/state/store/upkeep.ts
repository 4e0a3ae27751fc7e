import type { Logger } from '../../../platform/telemetry/logger.ts';

export interface UpkeepContext {
  /** Aborting it interrupts the migration; the next call continues it. */
  readonly signal: AbortSignal;
  readonly logger: Pick<Logger, 'info'>;
}

/**
 * Migrates data of the previous release while the store is in use. May be interrupted at any time. Until it is done,
 * results are correct, but slower.
 */
export interface Upkeep {
  /** Begins or continues. Resolves when nothing is left to do. @throws when the store fails or `signal` aborts */
  upkeep(context: UpkeepContext): Promise<void>;
}
