import { readFileSync } from 'node:fs';
import { Supergraph } from '@apollo/federation-internals';
import { parse, validate } from 'graphql';
import { expect, it, onTestFinished, vi } from 'vitest';
import { projectFile } from '../../platform/process/paths.ts';
import type { Graph } from '../demo/graph.ts';
import type { Operation } from '../demo/operation.ts';
import { CommandFailed } from '../terminal/failure.ts';
import {
  type Change,
  changeProcessor,
  deeds,
  lineOf,
  listing,
  listProcessors,
  type Processor,
} from './processors.ts';

const processor: Processor = {
  ...{ id: 'text-expansion', version: '2', status: 'PAUSED', health: 'HEALTHY' },
  ...{ statusSince: '2026-06-01T12:00:00.000Z', statusReason: 'New disks' },
};
const LINE =
  'text-expansion        version 2     PAUSED    HEALTHY     since 2026-06-01T12:00:00.000Z  (New disks)';

/** A graph that knows one processor, or refuses; with what it was asked and what is printed. */
function graphOf(refused?: string) {
  const asked: unknown[] = [];
  const printed: string[] = [];
  const log = vi.spyOn(console, 'log').mockImplementation((line: string) => void printed.push(line));
  onTestFinished(() => log.mockRestore());
  const graph: Pick<Graph, 'run'> = {
    run: async <Data, Variables>({ text }: Operation<Data, Variables>, variables: Variables) => {
      asked.push([text.match(/(\w+Processor)\(id/)?.[1] ?? 'list', variables]);
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

it('lists processors in a line each', async () => {
  expect(lineOf({ ...processor, status: 'ACTIVE', statusSince: null, statusReason: null })).toBe(
    'text-expansion        version 2     ACTIVE    HEALTHY',
  );
  const { graph, printed } = graphOf();
  await listProcessors(graph, false);
  expect(printed.splice(0)).toEqual([LINE]);
  await listProcessors(graph, true);
  expect(JSON.parse(printed.join(''))).toEqual([processor]);
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
