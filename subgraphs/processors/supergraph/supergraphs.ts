import { BlobgraphError } from '../../../platform/errors/errors.ts';
import type { Caller } from '../../../platform/identity/service/caller.ts';
import type { Declaration } from '../registry/declaration.ts';
import type { Processor } from '../registry/processor.ts';
import type { Concerns, UsedOperation } from '../usage/store.ts';
import { type Changed, type ChangingDependencies, createChange } from './changing.ts';
import type { GivenSubgraph } from './given.ts';
import { rollback, withdraw } from './going-back.ts';
import { moveToPresent } from './moving.ts';
import { isOutside } from './parts.ts';
import { type Registered, register } from './registering.ts';
import type { StoredSupergraph, SupergraphSummary } from './store/store.ts';
import type { SupergraphWatch } from './watch.ts';

/** The stored supergraph. Changes are for operators: they throw BlobgraphError UNAUTHENTICATED and FORBIDDEN for others. */
export interface Supergraphs {
  /** See {@link register}. */
  register(declaration: Declaration, given: GivenSubgraph, caller: Caller): Promise<Registered>;
  /** See {@link withdraw}. */
  withdraw(processorId: string, allowBreaking: readonly string[], caller: Caller): Promise<Changed>;
  /** See {@link rollback}. */
  rollback(to: number, caller: Caller): Promise<Changed>;
  /**
   * Has the graph ask a processor that was promoted at its new address, where it serves the SDL that is there; else, the log
   * tells that it is to be registered with its own. See {@link moveToPresent}.
   */
  follow(processor: Processor, caller: Caller): Promise<void>;
  /** @throws BlobgraphError PROCESSOR_INVALID where a processor has another type in the graph than it declares without its SDL */
  assertTypeOfGraph(declaration: Declaration): Promise<void>;
  /** @throws BlobgraphError SERVICE_UNAVAILABLE where there is none yet */
  current(): Promise<StoredSupergraph>;
  /** The newest first. */
  history(limit: number): Promise<SupergraphSummary[]>;
  /** Texts in the order of the versions; an error in the place of one that is not kept any more. */
  sdlsOf(versions: readonly number[]): Promise<(string | Error)[]>;
  /** SDL of subgraphs in the order of the hashes; an error in the place of one that is not kept any more. */
  subgraphSdlsOf(hashes: readonly string[]): Promise<(string | Error)[]>;
  /** Operations that use any of it, most often sent first. */
  operationsUsing(concerns: Concerns): Promise<UsedOperation[]>;
  /** Why what is registered does not compose with the build's own; null where it does. */
  problem(): Promise<string | null>;
  /** How many operations are known to be sent. */
  recordedOperations(): Promise<number>;
}

const noneStored = () =>
  new BlobgraphError('SERVICE_UNAVAILABLE', 'There is no stored supergraph yet. Try again in a moment.');

const notKept = (version: number) =>
  new BlobgraphError('SUPERGRAPH_UNKNOWN', `Version ${version} is not stored any more.`);

export function createSupergraphs(
  deps: ChangingDependencies & { readonly watch: Pick<SupergraphWatch, 'look'> },
): Supergraphs {
  const { store, usage, watch, logger } = deps;
  const change = createChange(deps);
  const telling = async <T extends Changed>(work: Promise<T>): Promise<T> => {
    const changed = await work;
    watch.look();
    return changed;
  };
  return {
    register: (declaration, given, caller) => telling(register(deps, change, { declaration, given, caller })),
    withdraw: (processorId, allowBreaking, caller) =>
      telling(withdraw(deps, change, { processorId, allowBreaking, caller })),
    rollback: (to, caller) => telling(rollback(deps, change, { to, caller })),
    async follow(processor, caller) {
      const { id: processorId, version } = processor;
      try {
        if (await moveToPresent(deps, change, { processor, caller })) watch.look();
      } catch (error) {
        const about = { err: error, processor: processorId, version };
        logger.warn(about, 'the graph asks the version before: register the promoted one with its SDL');
      }
    },
    async assertTypeOfGraph({ id, graphql_type }) {
      const [current] = await store.history(1);
      const there = current?.subgraphs.find((subgraph) => isOutside(subgraph) && subgraph.name === id);
      const [type] = there?.types ?? [];
      if (type === undefined || type === graphql_type) return;
      const message = `In the graph, its blobs are of the type \`${type}\`: register it with its SDL (\`subgraph\`), or withdraw that first.`;
      throw new BlobgraphError('PROCESSOR_INVALID', message, { field: 'graphql_type' });
    },
    async current() {
      const current = await store.current();
      if (!current) throw noneStored();
      return current;
    },
    history: (limit) => store.history(limit),
    async sdlsOf(versions) {
      const texts = await store.texts(versions);
      return versions.map((version) => texts.get(version) ?? notKept(version));
    },
    async subgraphSdlsOf(hashes) {
      const texts = await store.sdls(hashes);
      return hashes.map((hash) => texts.get(hash) ?? new Error(`The SDL ${hash} is not stored`));
    },
    operationsUsing: (concerns) => usage.using(concerns),
    problem: async () => (await store.seed())?.problem ?? null,
    recordedOperations: () => usage.count(),
  };
}
