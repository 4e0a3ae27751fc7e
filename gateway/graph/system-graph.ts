import { projectFile } from '../../platform/process/paths.ts';
import type { ServiceRuntime } from '../../platform/runtime/runtime.ts';
import { readSupergraphText, supergraphIn } from '../../platform/supergraph/outside.ts';
import { callerOf, type GatewayContext } from '../admission/context.ts';
import type { BlobEntityCache } from '../entity-cache/entity-cache.ts';
import { defaultLimits } from '../limits/limits.ts';
import { permissions } from '../operations/permissions.ts';
import { boundLarge } from '../subgraphs/large.ts';
import { shareInFlight } from '../subgraphs/sharing.ts';
import { createServiceSubgraphs } from '../subgraphs/subgraphs.service.ts';
import { openGraph } from './graph.ts';
import { ReplaceableGraph } from './replaceable.ts';
import { systemScalars } from './schema.ts';

/**
 * The graph of the installation's supergraph file, or else our own, over the services of the system.
 * @param entities undefined: none are kept
 */
export function openSystemGraph(
  { config, http, logger }: ServiceRuntime,
  entities: BlobEntityCache<GatewayContext> | undefined,
): Promise<ReplaceableGraph<GatewayContext>> {
  const file = config.supergraphFile ?? projectFile('gateway', 'supergraph.graphql');
  return ReplaceableGraph.open({
    // Read often, and parsed only where it is another one.
    read: () => readSupergraphText(file),
    async open(text) {
      const { sdl: supergraphSdl, outside } = supergraphIn(text);
      return openGraph({
        supergraphSdl,
        planner: config.queryPlanner,
        subgraphs: boundLarge(shareInFlight(createServiceSubgraphs({ http, logger, outside }), callerOf)),
        entities,
        limits: defaultLimits,
        scalars: systemScalars,
        mayRun: permissions(config.introspection),
        logger,
      });
    },
    onReplaced: () => entities?.clear(),
    graceMs: config.limits.requestTimeoutMs,
    logger,
  });
}
