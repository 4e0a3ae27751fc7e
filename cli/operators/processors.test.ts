import { readFileSync } from 'node:fs';
import { Supergraph } from '@apollo/federation-internals';
import { parse, validate } from 'graphql';
import { expect, it, onTestFinished, vi } from 'vitest';
import { projectFile } from '../../platform/process/paths.ts';
import type { Graph } from '../demo/graph.ts';
import type { Operation } from '../demo/operation.ts';
import { CommandFailed } from '../terminal/failure.ts';
import type { ListedProcessor } from './processor.ts';
import {
  type Change,
  changeCandidate,
  changeProcessor,
  deeds,
  lineOf,
  listing,
  listProcessors,
} from './processors.ts';
import { duration, tableOf } from './processors-table.ts';

const health: ListedProcessor['health'] = {
  ...{ status: 'UP', latencyMs: 3, reason: null, inWork: 2, deadLetters: 0 },
  ...{ queueDepth: 10_000, queueDepthIsExact: false, oldestWaitingSeconds: 600 },
  ...{ endedRuns: 40, failedRuns: 1, windowSeconds: 300 },
  versions: [{ version: null, endedRuns: 40, failedRuns: 1 }],
};
const processor: ListedProcessor = {
  ...{ id: 'text-expansion', version: '2', status: 'PAUSED', canary: null, health },
  ...{ statusSince: '2026-06-01T12:00:00.000Z', statusReason: 'New disks' },
};
const LINE =
  'text-expansion        version 2     PAUSED    UP          since 2026-06-01T12:00:00.000Z  (New disks)';

/** A graph that knows one processor, or refuses; with what it was asked and what is printed. */
function graphOf(refused?: string) {
  const asked: unknown[] = [];
  const printed: string[] = [];
  const log = vi.spyOn(console, 'log').mockImplementation((line: string) => void printed.push(line));
  onTestFinished(() => log.mockRestore());
  const graph: Pick<Graph, 'run'> = {
    run: async <Data, Variables>({ text }: Operation<Data, Variables>, variables: Variables) => {
      asked.push([text.match(/(\w+(?:Processor|Canary))\(id/)?.[1] ?? 'list', variables]);
      const userErrors = refused === undefined ? [] : [{ field: 'id', code: 'X', message: refused }];
      const done = { processor: refused === undefined ? processor : null, userErrors };
      return { processors: [processor], done } as Data;
    },
  };
  return { graph, asked, printed };
}

const schema = Supergraph.build(readFileSync(projectFile('gateway', 'supergraph.graphql'), 'utf8'))
  .apiSchema()
  .toGraphQLJSSchema();
it.each([listing, ...Object.values(deeds)])('the graph takes what is asked', ({ text }) => {
  expect(validate(schema, parse(text)).map(({ message }) => message)).toEqual([]);
});

it('tells a change in a line', () => {
  expect(lineOf({ ...processor, status: 'ACTIVE', statusSince: null, statusReason: null })).toBe(
    'text-expansion        version 2     ACTIVE    UP',
  );
});

it('lists processors in a table', async () => {
  const { graph, printed } = graphOf();
  await listProcessors(graph, false);
  expect(printed.splice(0)).toEqual([
    'PROCESSOR       VERSION  STATUS  HEALTH  ANSWERS IN  WAITING  OLDEST  IN WORK  FAILED            DEAD LETTERS',
    'text-expansion  2        PAUSED  UP      3 ms        10000+   10 min  2        1 of 40 in 5 min  0             since 2026-06-01T12:00:00.000Z (New disks)',
  ]);
  await listProcessors(graph, true);
  expect(JSON.parse(printed.join(''))).toEqual([processor]);
});

it('shows a candidate, and how it fares, beside the present version', () => {
  const versions = [...(health.versions ?? []), { version: '3', endedRuns: 12, failedRuns: 4 }];
  const [, line] = tableOf([
    { ...processor, canary: { version: '3', share: 0.125 }, health: { ...health, versions } },
  ]);
  expect(line).toContain('2 + 3 (12.5 %)');
  expect(line).toContain('1 of 40, 3: 4 of 12 in 5 min');
});

it('changes, promotes and withdraws a candidate', async () => {
  const { graph, asked } = graphOf();
  const of = { id: 'text-expansion', version: '3', json: false } as const;
  await changeCandidate(graph, { ...of, deed: 'canary', share: 0.5 });
  await changeCandidate(graph, { ...of, deed: 'promote' });
  await changeCandidate(graph, { ...of, deed: 'withdraw' });
  const named = { id: 'text-expansion', version: '3' };
  expect(asked).toEqual([
    ['changeCanary', { ...named, share: 0.5, users: null }],
    ['promoteCanary', named],
    ['withdrawCanary', named],
  ]);
});

it('shows what is known of one that is down, and of which a subgraph does not answer', () => {
  const none = { queueDepth: null, queueDepthIsExact: null, oldestWaitingSeconds: null, inWork: null };
  const away = { endedRuns: null, failedRuns: null, windowSeconds: null, deadLetters: null, versions: null };
  const down = { status: 'DOWN', latencyMs: null, reason: 'Nothing listens at its address.' };
  const [, line] = tableOf([
    { ...processor, status: 'ACTIVE', statusReason: null, health: { ...none, ...away, ...down } },
  ]);
  expect(line?.split(/ {2,}/)).toEqual([
    ...[
      'text-expansion',
      '2',
      'ACTIVE',
      'DOWN',
      '-',
      '?',
      '?',
      '?',
      '?',
      '?',
      'Nothing listens at its address.',
    ],
  ]);
  const idle = { ...health, queueDepth: 0, queueDepthIsExact: true, oldestWaitingSeconds: null };
  expect(tableOf([{ ...processor, health: idle }])[1]).toMatch(/ 3 ms +0 +- +2 /);
});

it.each([
  [0, '0 s'],
  [119, '119 s'],
  [120, '2 min'],
  [7_200, '2 h'],
  [172_800, '2 days'],
])('%i seconds are %s', (seconds, text) => {
  expect(duration(seconds)).toBe(text);
});

it.each<[Change['deed'], string | undefined, string, object]>([
  ['pause', undefined, 'pauseProcessor', { reason: null }],
  ['pause', 'New disks', 'pauseProcessor', { reason: 'New disks' }],
  ['resume', undefined, 'resumeProcessor', {}],
  ['retire', undefined, 'retireProcessor', { reason: null }],
])('%s, with the reason %s', async (deed, reason, field, more) => {
  const { graph, asked, printed } = graphOf();
  const id = 'text-expansion';
  await changeProcessor(graph, { deed, id, reason, json: false });
  expect({ asked, printed }).toEqual({ printed: [LINE], asked: [[field, { id, ...more }]] });
});

it('says why it is refused', async () => {
  const { graph, printed } = graphOf('There is no processor `nobody`.');
  const pausing = changeProcessor(graph, { deed: 'pause', id: 'nobody', json: true });
  await expect(pausing).rejects.toThrow(CommandFailed);
  await expect(pausing).rejects.toMatchObject({
    code: 'X',
    message: expect.stringContaining('There is no processor `nobody`.'),
  });
  expect(printed).toEqual([]);
});
