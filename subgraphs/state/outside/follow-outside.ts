import type { Config } from '../../../platform/config/config.ts';
import type { ServiceRuntime } from '../../../platform/runtime/runtime.ts';
import {
  type OutsideSubgraph,
  outsideSubgraphs,
  readSupergraph,
} from '../../../platform/supergraph/outside.ts';
import { openSupergraphSource, type SupergraphSource } from '../../../platform/supergraph/source/source.ts';
import { OutsideTypes } from './outside-types.ts';

/** The types of processors from outside, as the registry's supergraph has them. */
export interface FollowedOutside {
  readonly types: OutsideTypes;
  readonly supergraph: SupergraphSource;
  /** Looks for another supergraph. */
  renew(): Promise<void>;
  /** Has types of another supergraph taken by whoever serves them. */
  takenBy(take: (outside: readonly OutsideSubgraph[]) => void): void;
}

/** Those of the installation's file. @throws ConfigError that names the variable */
const ofFile = async ({ supergraphFile }: Config): Promise<readonly OutsideSubgraph[]> =>
  supergraphFile === undefined ? [] : (await readSupergraph(supergraphFile)).outside;

/** Those that the registry told of last, before the start; else those of the file. @throws ConfigError */
async function firstOutside(source: SupergraphSource, { config, logger }: ServiceRuntime) {
  try {
    if (source.served) return outsideSubgraphs(source.served.sdl);
  } catch (error) {
    logger.error({ err: error }, 'the supergraph that was served last cannot be read; going on without');
    source.forget();
  }
  return ofFile(config);
}

/** Opens what was known of types from outside before the start; the registry is followed from `supergraph.start()` on. */
export async function openOutside(runtime: ServiceRuntime): Promise<FollowedOutside> {
  const types = new OutsideTypes(runtime.clock);
  let take = (outside: readonly OutsideSubgraph[]) => types.take(outside);
  const supergraph = await openSupergraphSource(runtime, async (sdl) => take(outsideSubgraphs(sdl)));
  take(await firstOutside(supergraph, runtime));
  return {
    types,
    supergraph,
    renew: () => supergraph.ask(),
    takenBy(by) {
      take = by;
    },
  };
}
