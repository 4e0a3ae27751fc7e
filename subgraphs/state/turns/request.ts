import type { EntryDecision } from '../entries/changes.ts';
import { applyHold, type ChangedRuns } from '../entries/runs.ts';

/** Asks the run's processor, or not yet where it is among those that are `held`. */
export function request(changed: ChangedRuns, held: readonly string[]): EntryDecision {
  const { runs, run } = changed;
  if (!held.includes(run.processorId)) return { runs, events: [{ kind: 'retried', run }] };
  // It was asked for, and is shown as that; no processor takes this kind.
  return { runs: applyHold(runs, changed).runs, events: [{ kind: 'processing', run }] };
}
