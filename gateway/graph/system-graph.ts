import { projectFile } from '../../platform/process/paths.ts';
import type { ServiceRuntime } from '../../platform/runtime/runtime.ts';
import {
  type OutsideSubgraph,
  outsideSubgraphs,
  readSupergraphText,
  supergraphIn,
} from '../../platform/supergraph/outside.ts';
import { openSupergraphSource, type SupergraphSource } from '../../platform/supergraph/source/source.ts';
import { callerOf, type GatewayContext } from '../admission/context.ts';
import type { BlobEntityCache } from '../entity-cache/entity-cache.ts';
import { defaultLimits } from '../limits/limits.ts';
import { permissions } from '../operations/permissions.ts';
import { boundLarge } from '../subgraphs/large.ts';
import { shareInFlight } from '../subgraphs/sharing.ts';
import { createServiceSubgraphs } from '../subgraphs/subgraphs.service.ts';
import type { Usage } from '../usage/usage.ts';
import { openGraph } from './graph.ts';
import { lookingForAnother, ReplaceableGraph, type ReplaceableOptions } from './replaceable.ts';
import { systemScalars } from './schema.ts';

/** The graph of this installation: the registry's, or what stands in for it. */
export interface SystemGraph {
  readonly graph: ReplaceableGraph<GatewayContext>;
  /** Whether the registry was heard, or what it told before a restart is served, or there is none. */
  readonly isSettled: () => boolean;
  /** Whether what the registry told before a restart was served at the start. */
  readonly isKept: boolean;
  /** The subgraphs of the supergraph that is served that are no services of this system. */
  outside(): readonly OutsideSubgraph[];
  /** Serves what the registry tells now, if it answers soon. */
  first(): Promise<void>;
  /** Follows the registry, or the file. */
  start(): void;
  stop(): Promise<void>;
}

interface SystemGraphDependencies {
  /** Undefined: none are kept. */
  readonly entities: BlobEntityCache<GatewayContext> | undefined;
  /** Counts which operations are run. */
  readonly usage: Pick<Usage, 'of'> | undefined;
}

const UNSEEDED =
  'SUPERGRAPH_FILE has subgraphs that the registry’s supergraph lacks: set it for the service `processors` as well';

/** The supergraph that is served without the registry: the installation's file, or else our own. */
function standIn(file: string | undefined) {
  let last: string | undefined;
  return {
    async read(): Promise<string> {
      last = await readSupergraphText(file ?? projectFile('gateway', 'supergraph.graphql'));
      return last;
    },
    /** Subgraphs from outside that the file has and a supergraph lacks. @throws ConfigError */
    async missingIn(sdl: string): Promise<readonly string[]> {
      if (file === undefined) return [];
      const there = new Set(outsideSubgraphs(sdl).map(({ name }) => name));
      const { outside } = supergraphIn(await readSupergraphText(file));
      return outside.map(({ name }) => name).filter((name) => !there.has(name));
    },
    /** The subgraphs in a text, which may be the file's. @throws ConfigError for the file; GraphQLError */
    outsideIn: (text: string) => (text === last ? supergraphIn(text).outside : outsideSubgraphs(text)),
  };
}

/** Opens what was kept; where that cannot be served, what stands in for it. @throws as `options.read` and `options.open` */
async function openFirst(
  options: ReplaceableOptions<GatewayContext>,
  source: SupergraphSource,
): Promise<ReplaceableGraph<GatewayContext>> {
  try {
    return await ReplaceableGraph.open(options);
  } catch (error) {
    if (!source.served) throw error;
    const { version } = source.served;
    options.logger.error(
      { err: error, version },
      'the supergraph that was served last cannot be served; going on without',
    );
    source.forget();
    return ReplaceableGraph.open(options);
  }
}

/**
 * The graph over the services of the system: of the registry's supergraph as it was served last, or else of the installation's file,
 * or else our own.
 */
export async function openSystemGraph(
  runtime: ServiceRuntime,
  { entities, usage }: SystemGraphDependencies,
): Promise<SystemGraph> {
  const { config, http, logger } = runtime;
  const file = standIn(config.supergraphFile);
  const source = await openSupergraphSource(runtime, async (sdl) => {
    await graph.take(sdl);
    const missing = await file.missingIn(sdl).catch(() => []);
    if (missing.length > 0) logger.warn({ subgraphs: missing }, UNSEEDED);
  });
  const options: ReplaceableOptions<GatewayContext> = {
    // Read often, and parsed only where it is another one.
    read: async () => source.served?.sdl ?? file.read(),
    open: async (supergraphSdl) =>
      openGraph({
        supergraphSdl,
        planner: config.queryPlanner,
        subgraphs: boundLarge(
          shareInFlight(
            createServiceSubgraphs({ http, logger, outside: file.outsideIn(supergraphSdl) }),
            callerOf,
          ),
        ),
        entities,
        limits: defaultLimits,
        scalars: systemScalars,
        mayRun: permissions(config.introspection),
        usage,
        logger,
      }),
    onReplaced: () => entities?.clear(),
    graceMs: config.limits.requestTimeoutMs,
    logger,
  };
  const graph = await openFirst(options, source);
  const isKept = source.served !== undefined;
  const looking = lookingForAnother(graph, { logger });
  let known: { readonly text: string; readonly outside: readonly OutsideSubgraph[] } | undefined;
  return {
    graph,
    isSettled: () => source.isSettled,
    isKept,
    outside() {
      const { text } = graph;
      if (known?.text !== text) known = { text, outside: outsideSubgraphs(text) };
      return known.outside;
    },
    first: () => source.first(),
    start() {
      source.start();
      if (config.supergraphFile) looking.start();
    },
    async stop() {
      graph.freeze();
      await Promise.all([source.stop(), looking.stop()]);
    },
  };
}
