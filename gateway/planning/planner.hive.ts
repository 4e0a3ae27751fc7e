import { QueryPlanner } from '@graphql-hive/router-query-planner';
import {
  DirectiveLocation,
  type DocumentNode,
  Kind,
  parse,
  print,
  specifiedDirectives,
  specifiedScalarTypes,
  visit,
} from 'graphql';
import { fromHive } from './plan/plan.hive.ts';
import type { QueryPlan } from './plan/plan.ts';
import type { AdapterOptions, Planner } from './planner.ts';
import { type Refusal, refused, unavailable } from './refusal.ts';
import { createTurns } from './turns.ts';

/** Concurrent plans: two of the four threads of Node's pool stay free for files and DNS. */
const AT_ONCE = 2;

/** No label of a progressive `@override` is active, as with Apollo's planner. */
const noLabels = new Set<string>();
const NO_SHARE = 100;

const ofGraphQL: ReadonlySet<string> = new Set([
  ...specifiedDirectives.map(({ name }) => name),
  ...specifiedScalarTypes.map(({ name }) => name),
]);

/**
 * Names that every schema has, and names of supergraphs alone, with the prefixes of
 * https://specs.apollo.dev/link/v1.0/.
 */
const isBuiltIn = (name: string): boolean =>
  ofGraphQL.has(name) || /^(?:core|link|join|context|connect|federation)?__/.test(name);

/** Where a directive stands in an operation. */
const ofOperations: ReadonlySet<string> = new Set([
  DirectiveLocation.QUERY,
  DirectiveLocation.MUTATION,
  DirectiveLocation.SUBSCRIPTION,
  DirectiveLocation.FIELD,
  DirectiveLocation.FRAGMENT_DEFINITION,
  DirectiveLocation.FRAGMENT_SPREAD,
  DirectiveLocation.INLINE_FRAGMENT,
  DirectiveLocation.VARIABLE_DEFINITION,
]);

/** Names of directives that stand in no operation: what subgraphs say of their schemas is not told to clients. */
const directivesOfSubgraphs = ({ definitions }: DocumentNode): ReadonlySet<string> =>
  new Set(
    definitions.flatMap((node) =>
      node.kind === Kind.DIRECTIVE_DEFINITION &&
      !ofGraphQL.has(node.name.value) &&
      !node.locations.some(({ value }) => ofOperations.has(value))
        ? [node.name.value]
        : [],
    ),
  );

/**
 * Prints the API schema, without the built-in definitions that Hive adds and the federation definitions that it leaves.
 */
function clientSchema(schema: string): string {
  const document = parse(schema, { noLocation: true });
  const ofSubgraphs = directivesOfSubgraphs(document);
  const own = ({ name }: { readonly name: { readonly value: string } }) =>
    isBuiltIn(name.value) ? null : undefined;
  const ofClients = ({ name }: { readonly name: { readonly value: string } }) =>
    isBuiltIn(name.value) || ofSubgraphs.has(name.value) ? null : undefined;
  const definitions = visit(document, {
    ObjectTypeDefinition: own,
    EnumTypeDefinition: own,
    InputObjectTypeDefinition: own,
    ScalarTypeDefinition: own,
    DirectiveDefinition: ofClients,
    Directive: ({ name }) => (ofSubgraphs.has(name.value) ? null : undefined),
    FieldDefinition: ({ name }) => (name.value.startsWith('__') ? null : undefined),
  });
  return print(definitions);
}

/** Hive's errors differ in their messages only. It takes at most 50 nested selection sets. */
function refusalOf(error: unknown): Refusal {
  const reason = (error instanceof Error ? error.message : String(error)).trim();
  if (reason.includes('Recursion limit')) return { kind: 'too complex', reason };
  return { kind: /^Failed to (parse|normalize)/.test(reason) ? 'invalid' : 'unplannable', reason };
}

/**
 * Opens Hive's planner, which is native code and plans in Node's thread pool. A panic in it, e.g. on an invalid
 * supergraph, ends the process.
 * @throws Error when the planner rejects the supergraph
 */
export async function openHivePlanner(options: AdapterOptions): Promise<Planner> {
  const { supergraphSdl, logger, timeoutMs = 10_000, maxWaiting = 200 } = options;
  const planner = new QueryPlanner(supergraphSdl);
  const inTurn = createTurns({ atOnce: AT_ONCE, maxWaiting });
  const underWay = new Set<AbortController>();
  let closed = false;

  async function plan(operation: string): Promise<QueryPlan> {
    if (closed) throw unavailable();
    const work = new AbortController();
    underWay.add(work);
    const timer = setTimeout(() => work.abort(), timeoutMs);
    try {
      return fromHive(await planner.planAsync(operation, null, noLabels, NO_SHARE, work.signal));
    } catch (error) {
      if (closed) throw unavailable();
      if (!work.signal.aborted) throw refused(refusalOf(error), logger);
      throw refused({ kind: 'too complex', reason: `longer than ${timeoutMs} ms` }, logger);
    } finally {
      clearTimeout(timer);
      underWay.delete(work);
    }
  }
  return {
    apiSchema: clientSchema(planner.consumerSchema),
    plan: (operation) => inTurn(() => plan(operation)),
    async close() {
      closed = true;
      for (const work of underWay) work.abort();
    },
  };
}
