import { readFileSync } from 'node:fs';
import { getNamedType, isEnumType, isInputObjectType, Kind, OperationTypeNode } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { projectFile } from '../../../platform/process/paths.ts';
import { createLogger } from '../../../platform/telemetry/logger.ts';
import type { GatewayContext } from '../../admission/context.ts';
import { type Graph, openGraph } from '../../graph/graph.ts';
import { systemScalars } from '../../graph/schema.ts';
import { defaultLimits } from '../../limits/limits.ts';
import { type OpenRoute, openRoute } from '../answering/open-route.ts';
import { restRoutes } from './routes.ts';

let graph: Graph<GatewayContext>;
let open: readonly OpenRoute[];

beforeAll(async () => {
  graph = await openGraph<GatewayContext>({
    supergraphSdl: readFileSync(projectFile('gateway', 'supergraph.graphql'), 'utf8'),
    planner: 'hive',
    subgraphs: { ask: () => Promise.reject(new Error('No subgraph is asked here')) },
    limits: defaultLimits,
    scalars: systemScalars,
    logger: createLogger('silent'),
  });
  open = restRoutes.map((route) => openRoute(graph, route));
});
afterAll(() => graph?.close());

/** The equivalents in REST. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  // The fields that Relay refetches by.
  'Query.fetch__BlobIndex': 'GET /api/v1/blobs/:id',
  'Query.fetch__Book': 'GET /api/v1/books/:id',
  'Query.liveCursor': 'GET /api/v1/users/:user_id/blobs?include=live_cursor',
  // Announced, and in no log: REST tells of what is logged.
  'Subscription.expansionProgress': 'GET /api/v1/processing/events',
};

const kinds: Readonly<Record<string, string>> = {
  [OperationTypeNode.QUERY]: 'Query',
  [OperationTypeNode.MUTATION]: 'Mutation',
  [OperationTypeNode.SUBSCRIPTION]: 'Subscription',
};

/** Root fields of the graph that a route selects. */
const asked = ({ operation: { definition } }: OpenRoute): string[] =>
  definition.selectionSet.selections.flatMap((selection) =>
    selection.kind === Kind.FIELD ? [`${kinds[definition.operation]}.${selection.name.value}`] : [],
  );

describe('the routes', () => {
  it('cover every root field of the graph that has no other REST equivalent', () => {
    const { schema } = graph.operations;
    const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
    const fields = roots.flatMap((type) =>
      Object.keys(type?.getFields() ?? {}).map((name) => `${type?.name}.${name}`),
    );
    const reached = new Set([...open.flatMap(asked), ...Object.keys(ELSEWHERE)]);
    expect(fields.filter((field) => !reached.has(field)).join()).toEqual('');
    expect(Object.keys(ELSEWHERE).filter((field) => !fields.includes(field))).toEqual([]);
  });

  it('select one root field each, and no mutation by GET', () => {
    for (const route of open) {
      expect(asked(route), route.route.path).toHaveLength(1);
      if (route.isMutation) expect(route.route.method, route.route.path).not.toBe('GET');
    }
  });

  it('have unique names and paths', () => {
    const names = restRoutes.map(({ name }) => name);
    expect(names).toEqual([...new Set(names)]);
    const places = restRoutes.map(({ method, path }) => `${method} ${path.replaceAll(/:\w+/g, ':')}`);
    expect(places).toEqual([...new Set(places)]);
  });

  it('are within the operation limits, at the largest page size', () => {
    for (const { operation, variables, route } of open) {
      const given = Object.fromEntries(
        [...variables].map(([name, type]) => {
          const of = getNamedType(type);
          const named = of.name;
          if (isEnumType(of)) return [name, of.getValues()[0]?.name];
          if (name === 'first') return [name, 100];
          if (named === 'Boolean') return [name, true];
          if (named === 'Float') return [name, 0.5];
          if (named === 'DateTime') return [name, '2026-01-01T00:00:00Z'];
          return [name, named === 'Int' ? 10 : named === 'JSON' ? {} : 'x'];
        }),
      );
      const plain = [...variables.values()].every((type) => !isInputObjectType(getNamedType(type)));
      if (plain) expect(() => operation.check(given), route.path).not.toThrow();
    }
  });
});
