import { parseOperation, Supergraph } from '@apollo/federation-internals';
import { QueryPlanner } from '@apollo/query-planner';
import { parse } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLogger } from '../../platform/telemetry/logger.ts';
import { fromApollo } from './plan/plan.apollo.ts';
import { openApolloPlanner } from './planner.apollo.ts';
import { plannerContract } from './planner.contract.ts';
import type { Planner } from './planner.ts';
import { preferResolvableKeys } from './supergraph/supergraph.ts';
import { blobgraph, fetchesOf, hostile, outline } from './testing/plans.ts';

plannerContract('Apollo', openApolloPlanner);

describe('Apollo’s planner with `@defer`', () => {
  let planner: Planner;
  beforeAll(async () => {
    planner = await openApolloPlanner({ supergraphSdl: blobgraph, logger: createLogger('silent') });
  });
  afterAll(() => planner.close());

  it('tells fetches of what is deferred apart, also where they are from one service', async () => {
    const plan = await planner.plan(`{
      blobs { nodes {
        id
        ... @defer(label: "1") { title }
        content { ... on ExpandedText { modelUsed ... @defer(label: "2") { tokensUsed } } }
      } }
      ... @defer(label: "3") { me { id } }
    }`);
    expect(outline(plan)).toEqual({
      first: { sequence: ['state', 'text-expansion: blobs.nodes.@.content'] },
      later: {
        1: 'state: blobs.nodes.@',
        2: 'text-expansion: blobs.nodes.@.content',
        3: 'state',
      },
    });
    // At the root, the planner puts them into a fragment on it, at the path of nothing.
    expect(fetchesOf(plan).map(({ operation }) => operation)).toContain('{me{id}}');
  });

  it('tells what is deferred within what is deferred', async () => {
    const plan = await planner.plan(
      '{ blob(id: "b") { id ... @defer(label: "1") { title ... @defer(label: "2") { preview } } } }',
    );
    expect(outline(plan)).toEqual({
      first: 'state',
      later: { 1: { first: 'state: blob', later: { 2: 'state: blob' } } },
    });
  });

  it('plans all else as without', async () => {
    const document = preferResolvableKeys(parse(blobgraph, { noLocation: true }));
    const supergraph = Supergraph.build(document, { validateSupergraph: false });
    const config = { reuseQueryFragments: false, generateQueryFragments: false };
    const without = new QueryPlanner(supergraph, config);
    for (const text of [hostile(2), hostile(3), '{ me { id } }', 'subscription { blobChanged { kind } }']) {
      const expected = fromApollo(without.buildQueryPlan(parseOperation(supergraph.apiSchema(), text)));
      expect(await planner.plan(text)).toEqual(expected);
    }
  });
});
