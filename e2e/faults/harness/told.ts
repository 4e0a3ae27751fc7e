import { expect, vi } from 'vitest';
import type { LogEntry } from './stores.ts';

/** A change by its blob and version. */
export const keyOf = ({ blobId, version }: { blobId: string; version: number }): string =>
  `${blobId}:${version}`;

/** The log without what was published twice: each where it first stood. */
export function withoutRepetition(log: readonly LogEntry[]): LogEntry[] {
  const first = new Map<string, LogEntry>();
  for (const entry of log) if (!first.has(keyOf(entry))) first.set(keyOf(entry), entry);
  return [...first.values()];
}

/**
 * Changes, in the log's order and without repetition, that a subscriber who was behind need not have been told: progress
 * that the next change of its run has made old.
 */
export function overtaken(changes: readonly LogEntry[]): ReadonlySet<LogEntry> {
  const next = new Map<string, LogEntry>();
  return new Set(
    changes.toReversed().filter((entry) => {
      const run = `${entry.blobId} ${entry.progress?.run}`;
      const later = next.get(run);
      next.set(run, entry);
      return entry.progress !== undefined && later?.progress?.attempt === entry.progress.attempt;
    }),
  );
}

/** Waits until a subscriber was told all that it must be, and answers the changes that it is to have been told, in order. */
export async function toBeTold(
  changes: readonly LogEntry[],
  heard: () => readonly { blobId: string; version: number }[],
  options: { timeout: number; interval: number },
): Promise<LogEntry[]> {
  const old = overtaken(changes);
  await vi.waitFor(() => {
    const told = new Set(heard().map(keyOf));
    expect(changes.filter((entry) => !old.has(entry) && !told.has(keyOf(entry)))).toEqual([]);
  }, options);
  const told = new Set(heard().map(keyOf));
  return changes.filter((entry) => !old.has(entry) || told.has(keyOf(entry)));
}
