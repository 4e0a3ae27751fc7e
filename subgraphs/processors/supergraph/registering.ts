import { BlobgraphError } from '../../../platform/errors/errors.ts';
import type { Caller } from '../../../platform/identity/service/caller.ts';
import { requireOperator } from '../../../platform/serving/access/authenticate.ts';
import { type Composition, isRefused } from '../../../platform/supergraph/checks/task.ts';
import type { Declaration } from '../registry/declaration.ts';
import type { Processor } from '../registry/processor.ts';
import { withUsage } from '../usage/affected.ts';
import { assertHarmless, toStored } from './breaking.ts';
import { type Change, type Changed, type ChangingDependencies, refusal, versionOf } from './changing.ts';
import type { GivenSubgraph } from './given.ts';
import { type Part, type Present, partOf } from './parts.ts';
import { servedSdl } from './served-sdl.ts';
import type { NewSupergraph, StoredSupergraph } from './store/store.ts';

/** The result of a registration with a subgraph. */
export interface Registered extends Changed {
  /** As it is registered now; null where it is not yet (`dryRun`). */
  readonly processor: Processor | null;
}

/** A registration of a processor with its subgraph. */
interface Registration {
  readonly declaration: Declaration;
  readonly given: GivenSubgraph;
  readonly caller: Caller;
}

/** Undoes what a registration has written in its transaction. */
class DryRun extends Error {}

/** Whether it is in the graph already, as it is to be registered. */
const isThere = ({ outside, seed }: Present, part: Part): boolean =>
  seed.problem === null &&
  outside.some(
    ({ name, hash, url, types, origin }) =>
      origin === 'registered' &&
      name === part.name &&
      hash === part.hash &&
      url === part.url &&
      types[0] === part.types[0],
  );

/** @throws BlobgraphError PROCESSOR_INVALID: blobs that there are would have no type any more */
async function assertNotRenamed(
  { hasBlobs }: Pick<ChangingDependencies, 'hasBlobs'>,
  { own, outside }: Present,
  { name, types: [type] }: Part,
): Promise<void> {
  const isOurs = own.some((each) => each.name === name);
  const [before] = [...outside, ...own].find((each) => each.name === name)?.types ?? [];
  if (before === undefined || before === type) return;
  if (!isOurs && !(await hasBlobs(name))) return;
  const why = isOurs
    ? `\`${before}\` is the type of blobs of \`${name}\` in this build`
    : `\`${name}\` keeps blobs of the type \`${before}\``;
  const message = `${why}: it cannot be renamed to \`${type}\`. Keep the name, or register the new type as a processor of another id.`;
  throw new BlobgraphError('PROCESSOR_INVALID', message, { field: 'graphql_type' });
}

/** Writes the declaration and the version, both or neither. */
async function write(
  { registry, store }: ChangingDependencies,
  { current, base }: Present,
  { declaration, given, caller }: Registration,
  next: NewSupergraph | null,
): Promise<Pick<Registered, 'processor' | 'supergraph'>> {
  let supergraph: StoredSupergraph = current;
  const alongside = async (tx: Parameters<typeof store.append>[2]) => {
    if (given.dryRun) throw new DryRun();
    if (next) supergraph = await store.append(next, base, tx);
  };
  try {
    const needsTransaction = next !== null || given.dryRun;
    const processor = await registry.register(declaration, caller, needsTransaction ? alongside : undefined);
    return { processor, supergraph };
  } catch (error) {
    if (!(error instanceof DryRun)) throw error;
    const [processor = null] = await registry.find([declaration.id]);
    return { processor, supergraph: null };
  }
}

/** The graph with the subgraph. @throws InputErrors COMPOSITION_FAILED (field `subgraph.sdl`) */
export async function checked(
  { checker }: ChangingDependencies,
  { own, outside, current }: Present,
  part: Part,
  served: string | Error,
): Promise<Composition> {
  const result = await checker.run({
    ...{ kind: 'check', own, outside, subgraph: part, graphqlType: part.types[0] ?? '', before: current.sdl },
    ...(typeof served === 'string' ? { served } : {}),
  });
  if (isRefused(result)) throw refusal(result, 'subgraph.sdl');
  // The SDL’s own mistakes are told before that it is not served.
  if (typeof served !== 'string') throw served;
  return result;
}

/**
 * Registers a processor with its subgraph, both or neither; operators only. The same once more stores no further version.
 * @throws InputErrors, BlobgraphError: FORBIDDEN, COMPOSITION_FAILED, PROCESSOR_INVALID, PROCESSOR_RETIRED; BreakingChanges
 */
export async function register(
  deps: ChangingDependencies,
  change: Change,
  registration: Registration,
): Promise<Registered> {
  const { declaration, given, caller } = registration;
  const operator = requireOperator(caller);
  const { id, graphql_type: type } = declaration;
  const part = partOf({ name: id, url: given.url, sdl: given.sdl, types: [type] }, 'registered');
  const served = await servedSdl(deps.http, { id, url: given.url }, operator).catch((error: Error) => error);
  return change(async (present) => {
    if (isThere(present, part)) return { ...(await write(deps, present, registration, null)), changes: [] };
    const { sdl, changes: found } = await checked(deps, present, part, served);
    await assertNotRenamed(deps, present, part);
    const used = await withUsage(found, deps.usage);
    assertHarmless(used, given.allowBreaking, 'subgraph.sdl');
    const changes = toStored(used);
    const outside = [...present.outside.filter(({ name }) => name !== id), part];
    const next = {
      reason: 'REGISTERED',
      processorId: id,
      by: operator.userId,
      sdl,
      changes,
      outside,
    } as const;
    return {
      ...(await write(deps, present, registration, versionOf(present, next, deps.clock.now()))),
      changes,
    };
  });
}
