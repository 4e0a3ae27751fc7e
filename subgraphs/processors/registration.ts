import type { Egress } from '../../platform/egress/guarded-agent.ts';
import { InputErrors } from '../../platform/errors/errors.ts';
import type { Caller } from '../../platform/identity/service/caller.ts';
import { requireOperator } from '../../platform/serving/access/authenticate.ts';
import type { Canaries } from './canary/canaries.ts';
import { parsePortion } from './canary/input.ts';
import type { HealthMonitor } from './health/health.ts';
import { assertMayRegister, parseDeclaration } from './registry/declaration.ts';
import type { Processor } from './registry/processor.ts';
import type { ProcessorRegistry } from './registry/registry.ts';
import { parseSubgraph } from './supergraph/given.ts';
import type { Registered } from './supergraph/registering.ts';
import type { Supergraphs } from './supergraph/supergraphs.ts';

interface RegistrationDependencies {
  readonly registry: ProcessorRegistry;
  readonly canaries: Canaries;
  readonly supergraphs: Supergraphs;
  readonly health: HealthMonitor;
  readonly egress: Egress;
  readonly caller: Caller;
}

/** The two parts of a body: the declaration, and its part of the graph. */
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
  { registry, supergraphs, health, egress, caller }: Omit<RegistrationDependencies, 'canaries'>,
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

const GRAPH_IS_LATER =
  '`subgraph` is not for a candidate: the graph asks the present version. Promote it, then register it with its `subgraph`.';

/** @throws InputErrors PROCESSOR_INVALID: a candidate brings nothing into the graph */
function withoutSubgraph(body: unknown): unknown {
  const { declaration, subgraph } = parted(body);
  if (subgraph === null) return declaration;
  throw new InputErrors([{ field: 'subgraph', code: 'PROCESSOR_INVALID', message: GRAPH_IS_LATER }]);
}

/**
 * Registers a candidate beside the present version.
 * @param portion `{ share?, users? }`, which blobs are its own
 * @throws InputErrors, BlobgraphError: FORBIDDEN, PROCESSOR_INVALID, PROCESSOR_RETIRED
 */
export async function registerCandidate(
  { canaries, health, egress, caller }: Omit<RegistrationDependencies, 'registry' | 'supergraphs'>,
  body: unknown,
  portion: Parameters<typeof parsePortion>[0],
  nameOf?: (field: string) => string,
): Promise<Processor> {
  const declaration = parseDeclaration(withoutSubgraph(body), egress, nameOf);
  assertMayRegister(caller, declaration.id);
  const processor = await canaries.register(declaration, parsePortion(portion), caller);
  void health.check(processor);
  return processor;
}

/**
 * Makes a candidate the present version, which the graph asks from then on where it serves the same SDL.
 * @throws BlobgraphError PROCESSOR_UNKNOWN, CANARY_UNKNOWN
 */
export async function promote(
  { canaries, supergraphs, caller }: Pick<RegistrationDependencies, 'canaries' | 'supergraphs' | 'caller'>,
  id: string,
  version: string,
): Promise<Processor> {
  const processor = await canaries.promote(id, version);
  await supergraphs.follow(processor, caller);
  return processor;
}
