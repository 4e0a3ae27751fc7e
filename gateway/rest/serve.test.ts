import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { projectFile } from '../../platform/process/paths.ts';
import { createLogger } from '../../platform/telemetry/logger.ts';
import type { GatewayContext } from '../admission/context.ts';
import { type Graph, openGraph } from '../graph/graph.ts';
import { systemScalars } from '../graph/schema.ts';
import { defaultLimits } from '../limits/limits.ts';
import { documentOf, following, type OpenRoute } from './answering/open-route.ts';
import { blobRoutes } from './routes/blobs.ts';
import { openRoutes } from './serve.ts';

const warnings: string[] = [];
const logger = createLogger('warn', { write: (line) => void warnings.push(line) });
let graph: Graph<GatewayContext>;

const supergraph = readFileSync(projectFile('gateway/supergraph.graphql'), 'utf8');
const open = (supergraphSdl: string): Promise<Graph<GatewayContext>> =>
  openGraph({
    supergraphSdl,
    planner: 'hive',
    subgraphs: { ask: async () => '{}' },
    limits: defaultLimits,
    scalars: systemScalars,
    logger,
  });

beforeAll(async () => {
  graph = await open(supergraph);
});
afterAll(() => graph.close());

test('a route whose fields the graph lacks is left out with a log line, and the others are served', () => {
  const [known, ...others] = blobRoutes;
  const lacking = others.map((route) => ({ ...route, document: '{ nothingOfTheKind { id } }' }));
  expect(openRoutes(graph, known ? [known, ...lacking] : [], logger)).toHaveLength(1);
  expect(warnings.map((line) => JSON.parse(line) as object)).toMatchObject(
    others.map(({ method, path }) => ({ method, path })),
  );
});

test('the largest page of blobs with all optional parts is within the limits', () => {
  const [list] = openRoutes(graph, blobRoutes, logger).filter(({ route }) => route.name === 'blobs');
  const all = { content: true, derivedContent: true, totalCount: true, liveCursor: true };
  expect(() => list?.operation.check({ filter: {}, first: 100, ...all })).not.toThrow();
  expect(() => list?.operation.check({ filter: {}, first: 10_000, ...all })).toThrow('could return up to');
});

test('a route has the fields of the graph that is served: one that has gone is asked for no more', async () => {
  const [first] = openRoutes(graph, blobRoutes, logger).filter(({ text }) => text.includes('sentenceCount'));
  const later = await open(supergraph.replace(' sentenceCount:', ' countOfSentences:'));
  let served = graph;
  const current = following(
    {
      get operations() {
        return served.operations;
      },
      costHints: graph.costHints,
    },
    first as OpenRoute,
  );
  expect(current()).toBe(first);
  served = later;
  expect(current().text).toContain('countOfSentences');
  expect(current().text).toBe(documentOf(later, current().route));
  expect(current()).toBe(current());
  expect(() => later.operations.assertValid(current().text)).not.toThrow();
  await later.close();
});
