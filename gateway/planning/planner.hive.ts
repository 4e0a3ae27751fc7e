import { QueryPlanner } from '@graphql-hive/router-query-planner';
import { parse, print, specifiedDirectives, specifiedScalarTypes, visit } from 'graphql';
import { fromHive } from './plan.hive.ts';
import type { QueryPlan } from './plan.ts';
import type { AdapterOptions, Planner } from './planner.ts';
import { type Refusal, refused, unavailable } from './refusal.ts';
import { createTurns } from './turns.ts';

/** Of Node's four threads for what would block, two stay free for files and names. */
const AT_ONCE = 2;

/** No label of a progressive `@override` is active, and no share of the requests: as with Apollo's planner. */
const noLabels = new Set<string>();
const NO_SHARE = 100;

const ofGraphQL: ReadonlySet<string> = new Set([
  ...specifiedDirectives.map(({ name }) => name),
  ...specifiedScalarTypes.map(({ name }) => name),
]);

/** Names that every schema has, and those that only supergraphs have: https://specs.apollo.dev/link/v1.0/ tells of the prefixes. */
const isBuiltIn = (name: string): boolean =>
  ofGraphQL.has(name) || /^(?:core|link|join|context|connect|federation)?__/.test(name);

/** The schema that clients see, as it is written: Hive adds what every schema has, and leaves some of federation's. */
function clientSchema(schema: string): string {
  const own = ({ name }: { readonly name: { readonly value: string } }) =>
    isBuiltIn(name.value) ? null : undefined;
  const definitions = visit(parse(schema, { noLocation: true }), {
    ObjectTypeDefinition: own,
    EnumTypeDefinition: own,
    InputObjectTypeDefinition: own,
    ScalarTypeDefinition: own,
    DirectiveDefinition: own,
    FieldDefinition: ({ name }) => (name.value.startsWith('__') ? null : undefined),
  });
  return print(definitions);
}

/** Hive tells apart what it refuses by the message alone. It takes at most 50 selection sets in one another. */
function refusalOf(error: unknown): Refusal {
  const reason = (error instanceof Error ? error.message : String(error)).trim();
  if (reason.includes('Recursion limit')) return { kind: 'too complex', reason };
  return { kind: /^Failed to (parse|normalize)/.test(reason) ? 'invalid' : 'unplannable', reason };
}

/**
 * Hive's planner, which is Rust and plans in Node's threads for what would block. A panic there ends the process: a
 * supergraph that is not one, for one.
 * @throws Error when the planner does not take the supergraph
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
