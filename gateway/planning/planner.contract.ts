import { buildSchema, GraphQLError, Kind, parse } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BlobgraphError } from '../../platform/errors/errors.ts';
import { createLogger } from '../../platform/telemetry/logger.ts';
import type { FetchNode, QueryPlan } from './plan/plan.ts';
import type { AdapterOptions, Planner } from './planner.ts';
import { readSupergraph, subgraphUrls } from './supergraph/supergraph.ts';
import { blobgraph, fetchesOf, hostile, outline, shop } from './testing/plans.ts';

const logger = createLogger('silent');

/** The contract of every {@link Planner}. */
export function plannerContract(adapter: string, open: (options: AdapterOptions) => Promise<Planner>): void {
  describe(`planner contract: ${adapter}`, () => {
    const subgraphs = subgraphUrls(readSupergraph(blobgraph));
    let planner: Planner;
    let shopPlanner: Planner;

    beforeAll(async () => {
      planner = await open({ supergraphSdl: blobgraph, logger });
      shopPlanner = await open({ supergraphSdl: shop(), logger });
    });
    afterAll(() => Promise.all([planner.close(), shopPlanner.close()]));

    it('has an API schema without federation types', () => {
      const names = Object.keys(buildSchema(planner.apiSchema).getTypeMap());
      expect(names).toEqual(
        expect.arrayContaining(['BlobIndex', 'ExpandedText', 'Mutation', 'Subscription']),
      );
      expect(planner.apiSchema).not.toMatch(/join__|link__|_Entity|_Any|\b__/);
      expect(shopPlanner.apiSchema).not.toContain('supplier');
    });

    it('plans fields of one subgraph as one fetch', async () => {
      const { node } = await planner.plan('{ blob(id: "1") { id title } }');
      expect(node).toMatchObject({
        kind: 'Fetch',
        serviceName: 'state',
        operationKind: 'query',
        variableUsages: [],
      });
    });

    it('plans entities of other subgraphs by their representations', async () => {
      const plan = await planner.plan(
        '{ blobs { nodes { title content { ... on ExpandedText { modelUsed } ... on CompiledBook { fullText } } processor { name } } } }',
      );
      expect(outline(plan)).toEqual({
        sequence: [
          'state',
          {
            parallel: [
              'book-compiler: blobs.nodes.@.content',
              'processors: blobs.nodes.@.processor',
              'text-expansion: blobs.nodes.@.content',
            ],
          },
        ],
      });
      const expansion = fetchesOf(plan).find(({ serviceName }) => serviceName === 'text-expansion');
      expect(expansion?.requires).toEqual([
        {
          kind: 'InlineFragment',
          typeCondition: 'ExpandedText',
          selections: [
            { kind: 'Field', name: '__typename' },
            { kind: 'Field', name: 'id' },
          ],
        },
      ]);
    });

    it('names subgraphs as the supergraph does', async () => {
      const fetches = fetchesOf(await planner.plan(hostile(2)));
      expect(fetches.length).toBeGreaterThan(5);
      for (const { serviceName } of fetches) expect([...subgraphs.keys()]).toContain(serviceName);
    });

    it('writes each fetch as one operation without fragment definitions', async () => {
      for (const { operation, requires } of fetchesOf(await planner.plan(hostile(3)))) {
        const { definitions } = parse(operation);
        expect(definitions).toHaveLength(1);
        const [only] = definitions;
        if (!requires || only?.kind !== Kind.OPERATION_DEFINITION) continue;
        expect(only.variableDefinitions?.map(({ variable }) => variable.name.value)).toEqual([
          'representations',
        ]);
        expect(only.selectionSet.selections).toMatchObject([{ name: { value: '_entities' } }]);
      }
    });

    it('lists the client’s variables that a fetch uses', async () => {
      const plan = await planner.plan(
        'query ($id: ID!, $first: Int, $unused: Int) { blob(id: $id) { derived(first: $first) { nodes { processor { name } } } } }',
      );
      const usages = fetchesOf(plan).map(({ serviceName, variableUsages }) => [
        serviceName,
        [...variableUsages].sort(),
      ]);
      expect(usages).toEqual([
        ['state', ['first', 'id']],
        ['processors', []],
      ]);
    });

    it('keeps the client’s aliases, also in paths', async () => {
      const plan = await planner.plan(
        '{ one: blob(id: "1") { content { ... on ExpandedText { modelUsed } } } two: blob(id: "2") { made: content { ... on ExpandedText { model: modelUsed } } } }',
      );
      expect(JSON.stringify(outline(plan))).toContain('text-expansion: one.content');
      expect(JSON.stringify(outline(plan))).toContain('text-expansion: two.made');
      expect(fetchesOf(plan).some(({ operation }) => /model:\s*modelUsed/.test(operation))).toBe(true);
    });

    it('plans mutations in the order of their fields', async () => {
      const plan = await planner.plan(
        `mutation {
          first: deleteBlob(id: "1") { userErrors { message } }
          compileBook(input: { bookId: "b" }) { userErrors { message } }
          second: deleteBlob(id: "2") { userErrors { message } }
        }`,
      );
      expect(outline(plan)).toEqual({ sequence: ['state', 'book-compiler', 'state'] });
      for (const { operationKind } of fetchesOf(plan)) expect(operationKind).toBe('mutation');
    });

    it('plans a subscription as a primary fetch and the rest', async () => {
      const { node } = await planner.plan(
        'subscription { blobChanged { kind blob { title content { id ... on ExpandedText { modelUsed } } } } }',
      );
      if (node?.kind !== 'Subscription') throw new Error(`It is planned as ${node?.kind}`);
      expect(node.primary).toMatchObject({
        kind: 'Fetch',
        serviceName: 'events',
        operationKind: 'subscription',
      });
      expect(outline({ node: node.rest } as QueryPlan)).toEqual({
        sequence: ['state: blobChanged.blob', 'text-expansion: blobChanged.blob.content'],
      });
    });

    it('plans a subscription without a rest when it needs nothing else', async () => {
      const { node } = await planner.plan('subscription { blobChanged { kind cursor } }');
      expect(node).toMatchObject({ kind: 'Subscription', primary: { serviceName: 'events' } });
      expect(node).not.toHaveProperty('rest');
    });

    it('sets the `__typename` of interface objects’ representations', async () => {
      const plan = await shopPlanner.plan('{ products { id rating } }');
      const rating = fetchesOf(plan).find(({ serviceName }) => serviceName === 'Ratings-1') as FetchNode;
      expect(rating.inputRewrites).toEqual([
        { kind: 'ValueSetter', path: [['Product'], '__typename'], value: 'Product' },
      ]);
    });

    it('renames fields that it aliased', async () => {
      const plan = await shopPlanner.plan('{ found { ... on Book { size } ... on Film { size } } }');
      const [fetch] = fetchesOf(plan);
      const [rename, ...others] = fetch?.outputRewrites ?? [];
      expect(others).toEqual([]);
      expect(rename).toEqual({
        kind: 'KeyRenamer',
        path: ['found', [expect.stringMatching(/^(Book|Film)$/)], expect.any(String)],
        renameKeyTo: 'size',
      });
      expect(fetch?.operation.replaceAll(' ', '')).toContain(`${rename?.path.at(-1)}:size`);
    });

    it('plans with resolvable keys, even when others come first', async () => {
      expect(outline(await shopPlanner.plan('{ orders { total } }'))).toEqual({
        sequence: ['catalog', 'Ratings-1: orders.@'],
      });
    });

    it.each([
      ['a field that is not there', '{ nothing }'],
      ['no GraphQL', '{ blob('],
      ['no operation', ''],
      ['a kind of operation that is not there', 'mutation { blob { id } }'],
    ])('refuses %s', async (_, operation) => {
      const refusal = await planner.plan(operation).catch((error: unknown) => error);
      expect(refusal).toBeInstanceOf(GraphQLError);
      expect(refusal).toMatchObject({ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } });
    });

    it('plans many operations at once', async () => {
      const operations = Array.from(
        { length: 40 },
        (_, index) => `{ b${index}: blob(id: "n${index}") { title } }`,
      );
      const plans = await Promise.all(operations.map((operation) => planner.plan(operation)));
      for (const [index, plan] of plans.entries()) {
        expect(fetchesOf(plan)[0]?.operation.replaceAll(' ', '')).toContain(`b${index}:blob(id:"n${index}")`);
      }
    });

    it('does not block the event loop while planning', async () => {
      let turns = 0;
      let planning = true;
      const count = () => {
        turns++;
        if (planning) setImmediate(count);
      };
      setImmediate(count);
      await planner.plan(hostile(5));
      planning = false;
      expect(turns).toBeGreaterThan(10);
    });

    it('gives up on an operation that takes too long, and plans the next', async () => {
      const strict = await open({ supergraphSdl: blobgraph, logger, timeoutMs: 500 });
      const refusal = await strict.plan(hostile(8)).catch((error: unknown) => error);
      expect(refusal).toBeInstanceOf(BlobgraphError);
      expect(refusal).toMatchObject({ code: 'QUERY_TOO_COMPLEX' });
      expect(outline(await strict.plan('{ me { id } }'))).toBe('state');
      await strict.close();
    });

    it('refuses more operations than may wait', async () => {
      const busy = await open({ supergraphSdl: blobgraph, logger, maxWaiting: 1 });
      const operations = Array.from({ length: 6 }, () => busy.plan('{ me { id } }'));
      const settled = await Promise.allSettled(operations);
      expect(settled[0]?.status).toBe('fulfilled');
      expect(settled[5]).toMatchObject({ status: 'rejected', reason: { code: 'OVERLOADED' } });
      await busy.close();
    });

    it('refuses operations once it is closed, also those in progress', async () => {
      const closing = await open({ supergraphSdl: blobgraph, logger });
      const underWay = closing.plan(hostile(8)).catch((error: unknown) => error);
      await closing.close();
      await closing.close();
      expect(await underWay).toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
      await expect(closing.plan('{ me { id } }')).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    });
  });
}
