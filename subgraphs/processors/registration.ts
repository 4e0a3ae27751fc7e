import type { Egress } from '../../platform/egress/guarded-agent.ts';
import type { Caller } from '../../platform/identity/service/caller.ts';
import { requireOperator } from '../../platform/serving/access/authenticate.ts';
import type { HealthMonitor } from './health/health.ts';
import { assertMayRegister, parseDeclaration } from './registry/declaration.ts';
import type { ProcessorRegistry } from './registry/registry.ts';
import { parseSubgraph } from './supergraph/given.ts';
import type { Registered } from './supergraph/registering.ts';
import type { Supergraphs } from './supergraph/supergraphs.ts';

interface RegistrationDependencies {
  readonly registry: ProcessorRegistry;
  readonly supergraphs: Supergraphs;
  readonly health: HealthMonitor;
  readonly egress: Egress;
  readonly caller: Caller;
}

/** What of a body is the declaration, and what its part of the graph. */
function parted(body: unknown): { declaration: unknown; subgraph: unknown } {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    return { declaration: body, subgraph: null };
  const { subgraph = null, ...declaration } = body as Record<string, unknown>;
  return { declaration, subgraph };
}

/**
 * Registers a processor, by itself or with its part of the graph, which operators alone may.
 * @param nameOf a field's name in the caller's spelling; default: unchanged
 * @throws InputErrors, BlobgraphError: FORBIDDEN, PROCESSOR_INVALID, PROCESSOR_RETIRED, COMPOSITION_FAILED; BreakingChanges
 */
export async function register(
  { registry, supergraphs, health, egress, caller }: RegistrationDependencies,
  body: unknown,
  nameOf?: (field: string) => string,
): Promise<Registered> {
  const { declaration: given, subgraph } = parted(body);
  const declaration = parseDeclaration(given, egress, nameOf);
  assertMayRegister(caller, declaration.id);
  if (subgraph !== null) {
    requireOperator(caller);
    const registered = await supergraphs.register(
      declaration,
      parseSubgraph(subgraph, declaration, egress),
      caller,
    );
    if (registered.supergraph && registered.processor) void health.check(registered.processor);
    return registered;
  }
  await supergraphs.assertTypeOfGraph(declaration);
  const processor = await registry.register(declaration, caller);
  void health.check(processor);
  return { processor, supergraph: null, changes: [] };
}
