import type { Caller } from '../../../platform/identity/service/caller.ts';
import { requireOperator } from '../../../platform/serving/access/authenticate.ts';
import type { Processor } from '../registry/processor.ts';
import { type Change, type Changed, type ChangingDependencies, versionOf } from './changing.ts';
import { checked } from './registering.ts';
import { servedSdl } from './served-sdl.ts';
import type { StoredSubgraph } from './store/store.ts';

type Promoted = Pick<Processor, 'id' | 'base_url' | 'query_endpoint' | 'resting'>;

const addressOf = ({ query_endpoint }: Promoted, base_url: string): string => `${base_url}${query_endpoint}`;

/** Whether it is a part of the graph that operators registered at the address of a version that was superseded since. */
function isLeftBehind({ name, origin, url }: StoredSubgraph, processor: Promoted): boolean {
  const superseded = processor.resting.map((one) => addressOf(processor, one.base_url));
  const isThere = url === addressOf(processor, processor.base_url);
  return origin === 'registered' && name === processor.id && !isThere && superseded.includes(url);
}

/**
 * Has the graph ask a processor at the address of its present version, where it asks one that was superseded; operators
 * only. Null: it does not.
 * @throws InputErrors, BlobgraphError where the present version does not answer, or serves another SDL than is in the graph
 */
export async function moveToPresent(
  deps: ChangingDependencies,
  change: Change,
  { processor, caller }: { readonly processor: Promoted; readonly caller: Caller },
): Promise<Changed | null> {
  const operator = requireOperator(caller);
  const current = await deps.store.current();
  if (!current?.subgraphs.some((each) => isLeftBehind(each, processor))) return null;
  const { id, base_url } = processor;
  const url = addressOf(processor, base_url);
  const served = await servedSdl(deps.http, { id, url }, operator);
  return change(async (present) => {
    const part = present.outside.find((each) => isLeftBehind(each, processor));
    if (!part) return null;
    const moved = { ...part, url };
    const { sdl } = await checked(deps, present, moved, served);
    const outside = [...present.outside.filter(({ name }) => name !== id), moved];
    const of = { reason: 'REGISTERED', processorId: id, by: operator.userId } as const;
    const next = versionOf(present, { ...of, sdl, changes: [], outside }, deps.clock.now());
    return { supergraph: await deps.store.append(next, present.base), changes: [] };
  });
}
