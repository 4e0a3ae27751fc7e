import { BlobgraphError } from '../../../platform/errors/errors.ts';
import type { Caller } from '../../../platform/identity/service/caller.ts';
import { requireOperator } from '../../../platform/serving/access/authenticate.ts';
import { type Composition, isRefused } from '../../../platform/supergraph/checks/task.ts';
import { withUsage } from '../usage/affected.ts';
import { assertHarmless, toStored } from './breaking.ts';
import {
  type Change,
  type Changed,
  type ChangingDependencies,
  type Next,
  refusal,
  versionOf,
} from './changing.ts';
import { isOutside, type Part, type Present, partsOf } from './parts.ts';
import { compared } from './seeding.ts';
import type { StoredSupergraph } from './store/store.ts';

async function append(
  { store, clock }: ChangingDependencies,
  present: Present,
  next: Next,
): Promise<Changed> {
  const supergraph = await store.append(versionOf(present, next, clock.now()), present.base);
  return { supergraph, changes: next.changes };
}

/**
 * The graph with these subgraphs of the outside alone. While what is registered does not compose with the build's own, one of
 * several that are to blame can be withdrawn too: the graph is then composed with what is served of ours.
 */
async function composedWith(
  { checker, store }: ChangingDependencies,
  { current, own, seed }: Present,
  outside: readonly Part[],
): Promise<Composition & Pick<Next, 'older'>> {
  const result = await checker.run({ kind: 'compose', own, outside, before: current.sdl });
  if (!isRefused(result)) return result;
  if (seed.problem === null) throw refusal(result, 'processorId');
  const served = (await partsOf(store, current)).filter((part) => !isOutside(part));
  const again = await checker.run({ kind: 'compose', own: served, outside, before: current.sdl });
  if (isRefused(again)) throw refusal(result, 'processorId');
  return { ...again, older: { own: served, seedHash: current.seedHash } };
}

/**
 * Takes a processor's SDL out of the graph; operators only. Its declaration and its blobs stay.
 * @throws BlobgraphError NOT_FOUND where it has none there, COMPOSITION_FAILED; BreakingChanges
 */
export async function withdraw(
  deps: ChangingDependencies,
  change: Change,
  {
    processorId,
    allowBreaking,
    caller,
  }: { readonly processorId: string; readonly allowBreaking: readonly string[]; readonly caller: Caller },
): Promise<Changed> {
  const { userId: by } = requireOperator(caller);
  return change(async (present) => {
    const outside = present.outside.filter(({ name }) => name !== processorId);
    if (outside.length === present.outside.length) {
      const message = `\`${processorId.slice(0, 64)}\` has no SDL in the graph that could be withdrawn.`;
      throw new BlobgraphError('NOT_FOUND', message, { field: 'processorId' });
    }
    const { sdl, changes, ...older } = await composedWith(deps, present, outside);
    const used = await withUsage(changes, deps.usage);
    assertHarmless(used, allowBreaking, 'processorId');
    const next = {
      reason: 'WITHDRAWN',
      processorId,
      by,
      sdl,
      changes: toStored(used),
      outside,
      ...older,
    } as const;
    return append(deps, present, next);
  });
}

/** The text of a version as it was, or where the build is another one, composed with what that ships. */
async function sdlOf(
  { checker }: ChangingDependencies,
  { seed, own }: Present,
  target: StoredSupergraph,
  outside: readonly Part[],
): Promise<string> {
  if (target.seedHash === seed.hash) return target.sdl;
  const result = await checker.run({ kind: 'compose', own, outside, before: null });
  if (isRefused(result)) throw refusal(result, 'to');
  return result.sdl;
}

/**
 * Serves the graph of a stored version again, as a new version; operators only. What it breaks is told, and refuses nothing.
 * @throws BlobgraphError SUPERGRAPH_UNKNOWN, COMPOSITION_FAILED where it does not compose with what this build ships
 */
export async function rollback(
  deps: ChangingDependencies,
  change: Change,
  { to, caller }: { readonly to: number; readonly caller: Caller },
): Promise<Changed> {
  const { userId: by } = requireOperator(caller);
  return change(async (present) => {
    const target = await deps.store.find(to);
    if (!target) {
      const message = `There is no stored supergraph of version ${to}: \`supergraph { history }\` lists what there is.`;
      throw new BlobgraphError('SUPERGRAPH_UNKNOWN', message, { field: 'to' });
    }
    if (target.hash === present.current.hash) return { supergraph: present.current, changes: [] };
    const outside = await partsOf(deps.store, { subgraphs: target.subgraphs.filter(isOutside) });
    const sdl = await sdlOf(deps, present, target, outside);
    const used = await withUsage(await compared(deps, present.current.sdl, sdl), deps.usage);
    const next = {
      reason: 'ROLLED_BACK',
      rolledBackTo: to,
      by,
      sdl,
      changes: toStored(used),
      outside,
    } as const;
    return append(deps, present, next);
  });
}
