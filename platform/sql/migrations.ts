import { createHash } from 'node:crypto';
import type { SqlExecutor } from './database.ts';

/** A migration step's transaction, which also takes several statements at once. */
export interface ScriptExecutor extends SqlExecutor {
  /** Runs statements separated by semicolons, without parameters, for at most {@link SCRIPT_TIMEOUT_MS}. */
  script(text: string): Promise<void>;
}

export type RunTransaction = <T>(work: (tx: ScriptExecutor) => Promise<T>) => Promise<T>;

/** The database's steps are not a beginning of the code's: it is newer, or a step was edited. */
export class MigrationMismatch extends Error {
  override readonly name = 'MigrationMismatch';
}

interface AppliedStep {
  step: number;
  checksum: string;
}

/** A step may rewrite a table, and wait for another process that does: far longer than a common statement. */
export const SCRIPT_TIMEOUT_MS = 600_000;

/** Any fixed number: advisory locks are per database, and nothing else here takes one with this key. */
const LOCK_KEY = 7_205_759;

const checksum = (step: string): string => createHash('sha256').update(step).digest('hex');

/** The index of the first step to apply. @throws MigrationMismatch */
function firstPending(applied: readonly AppliedStep[], steps: readonly string[]): number {
  if (applied.length > steps.length)
    throw new MigrationMismatch(
      `The database has ${applied.length} migration steps, this version knows ${steps.length}: run the newer version`,
    );
  for (const [index, { checksum: recorded }] of applied.entries())
    if (recorded !== checksum(steps[index] ?? ''))
      throw new MigrationMismatch(
        `Migration step ${index + 1} differs from the one that was applied: restore it and append a new step`,
      );
  return applied.length;
}

async function applyNext(tx: ScriptExecutor, steps: readonly string[]): Promise<boolean> {
  await tx.script(`SET LOCAL statement_timeout = ${SCRIPT_TIMEOUT_MS}`);
  await tx.script(`SELECT pg_advisory_xact_lock(${LOCK_KEY})`);
  await tx.script(`CREATE TABLE IF NOT EXISTS schema_migrations (
    step integer PRIMARY KEY, checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())`);
  const applied = await tx.query<AppliedStep>('SELECT step, checksum FROM schema_migrations ORDER BY step');
  const index = firstPending(applied, steps);
  const step = steps[index];
  if (step === undefined) return false;
  await tx.script(step);
  await tx.execute('INSERT INTO schema_migrations (step, checksum) VALUES ($1, $2)', [
    index + 1,
    checksum(step),
  ]);
  return true;
}

/**
 * Applies the steps that `schema_migrations` does not list yet, in order, each in a transaction of its own.
 * An advisory lock keeps other processes waiting meanwhile.
 * @throws MigrationMismatch when the applied steps are not the first ones of `steps`
 */
export async function applyMigrations(transaction: RunTransaction, steps: readonly string[]): Promise<void> {
  while (await transaction((tx) => applyNext(tx, steps)));
}
