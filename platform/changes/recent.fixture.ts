import type { Sleeper } from '../concurrency/polled.ts';
import { type Change, type ChangeEntry, heapBytes } from './change.ts';
import { overtakes, runOf } from './progress.ts';
import { type HistoryLimits, RecentChanges } from './recent.ts';

const LARGE = Array.from({ length: 10_000 }, (_, n) => `${n}`.padStart(36, '0'));

export const entryOf = (sequence: number, userId: string, sources = 0): ChangeEntry => ({
  sequence,
  userId,
  change: {
    ...{ cursor: 'c', event: 'blob.created', id: 'b', version: sequence, occurredAt: new Date(0) },
    members: { blob_id: 'b', source_ids: LARGE.slice(0, sources) },
  },
});

export const SMALL = heapBytes(entryOf(1, 'alice'));
export const ROOMY = 1_000_000;

/** Progress of a run of alice's. */
export const progressAt = (sequence: number, run: Partial<Change['members']> = {}): ChangeEntry => ({
  sequence,
  userId: 'alice',
  change: {
    ...{ cursor: 'c', event: 'blob.processing', id: 'b', version: sequence, occurredAt: new Date(0) },
    members: {
      ...{ blob_id: 'b', 'run.processor_id': 'first', 'run.state': 'PROCESSING' },
      ...{ 'run.attempt': 1, 'run.generation': 0, 'run.progress': sequence / 1_000 },
      ...run,
    },
  },
});

/** Steps of a history, in any order. */
const steps = {
  a: 'a change of alice',
  A: 'a large change of alice',
  b: 'a change of bob',
  s: 'a message that is no change',
  l: 'alice is followed',
  u: 'alice is followed no more',
  p: 'progress of a run of alice’s',
  q: 'progress of another run of alice’s',
  f: 'the first of these runs failed',
};
export type Step = keyof typeof steps;

const entries: Partial<Record<Step, (sequence: number) => ChangeEntry>> = {
  a: (sequence) => entryOf(sequence, 'alice'),
  A: (sequence) => entryOf(sequence, 'alice', 20),
  b: (sequence) => entryOf(sequence, 'bob'),
  p: (sequence) => progressAt(sequence),
  q: (sequence) => progressAt(sequence, { 'run.processor_id': 'second' }),
  f: (sequence) => progressAt(sequence, { 'run.state': 'FAILED' }),
};

/** A history after some steps, and all that it was given. */
export function historyAfter(steps: readonly Step[], limits: HistoryLimits, floor: number) {
  const recent = new RecentChanges(floor, limits);
  const added: ChangeEntry[] = [];
  const listening: Sleeper[] = [];
  let sequence = floor;
  for (const step of steps) {
    if (step === 'l') {
      const listener = { wake() {} };
      listening.push(listener);
      recent.listen('alice', listener);
    } else if (step === 'u') {
      const listener = listening.pop();
      if (listener) recent.unlisten('alice', listener);
    } else {
      sequence += 1;
      const entry = entries[step]?.(sequence);
      if (entry) {
        recent.add(entry);
        added.push(entry);
      } else recent.skip(sequence);
    }
  }
  return { recent, added, sequence };
}

/** Whether it is progress, and the next change of its run is progress, too. */
const isOvertaken = ({ change, sequence }: ChangeEntry, added: readonly ChangeEntry[]): boolean => {
  const next = added.find((later) => later.sequence > sequence && runOf(later.change) === runOf(change));
  return next !== undefined && overtakes(next.change, change);
};

/** Everything that is wrong with what a history knows. */
export function faultsOf(steps: readonly Step[], limits: HistoryLimits): string[] {
  const floor = 3;
  const { recent, added, sequence: last } = historyAfter(steps, limits, floor);
  const kept = added.filter((entry) => !isOvertaken(entry, added));
  const faults: string[] = [];
  const { changes, bytes } = recent.size;
  if (recent.last !== last) faults.push(`has read up to ${recent.last}`);
  if (changes > Math.max(1, limits.changes) || (changes > 1 && bytes > limits.bytes))
    faults.push('out of bounds');
  for (const userId of ['alice', 'bob', 'carol']) {
    for (let from = 0; from <= last; from += 1) {
      const following = recent.after(userId, from);
      const first = kept.find((entry) => entry.userId === userId && entry.sequence > from);
      const right =
        (following.kind === 'change' && from >= floor && following.entry === first) ||
        (following.kind === 'none' && from >= floor && !first && following.through === last) ||
        (following.kind === 'unknown' && following.through > from && following.through <= last);
      if (!right) faults.push(`${userId} after ${from}: ${following.kind}`);
    }
    if (recent.after(userId, last).kind !== 'none') faults.push(`${userId} never arrives`);
  }
  return faults;
}

/** Every order of so many steps. */
export function* ordersOf(length: number, steps: readonly Step[]): Generator<Step[]> {
  if (length === 0) yield [];
  else for (const rest of ordersOf(length - 1, steps)) for (const step of steps) yield [...rest, step];
}
