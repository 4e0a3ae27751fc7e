import type { Change, ChangeEntry } from './change.ts';

/** The key of a change's run. */
export const runOf = ({ id, members }: Change): string =>
  `${id} ${members['run.processor_id']} ${members['run.artifact']}`;

/** Whether a change of a run says no more than how far it is: no other state, no content. */
export function isProgress({ event, members }: Change): boolean {
  const isUnderWay = event === 'blob.processing' && members['run.state'] === 'PROCESSING';
  return isUnderWay && (members['run.progress'] !== undefined || members['run.stage'] !== undefined);
}

const ATTEMPT = ['run.generation', 'run.attempt'];

/**
 * Whether progress says all that the run's change before it said: progress of the same attempt. Not that which the log
 * has twice, and later once more.
 */
export const overtakes = (later: Change, before: Change): boolean =>
  isProgress(before) &&
  isProgress(later) &&
  later.version > before.version &&
  ATTEMPT.every((member) => later.members[member] === before.members[member]);

/** Changes of one user in the log's order, without progress that the next change of its run overtakes. */
export function withoutOvertaken(entries: readonly ChangeEntry[]): ChangeEntry[] {
  const next = new Map<string, Change>();
  const kept = entries.toReversed().filter(({ change }) => {
    const run = runOf(change);
    const later = next.get(run);
    next.set(run, change);
    return !later || !overtakes(later, change);
  });
  return kept.reverse();
}
