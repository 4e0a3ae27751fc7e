import { readFileSync } from 'node:fs';
import { Supergraph } from '@apollo/federation-internals';
import { parse, validate } from 'graphql';
import { expect, it } from 'vitest';
import { projectFile } from '../../platform/process/paths.ts';
import type { Graph } from '../demo/graph.ts';
import type { Operation } from '../demo/operations.ts';
import { deeds, lineOf, listing, manageProcessors, type Processor, USAGE } from './processors.ts';

const processor: Processor = {
  ...{ id: 'text-expansion', version: '2', status: 'PAUSED', health: 'HEALTHY' },
  ...{ statusSince: '2026-06-01T12:00:00.000Z', statusReason: 'New disks' },
};
const LINE =
  'text-expansion        version 2     PAUSED    HEALTHY     since 2026-06-01T12:00:00.000Z  (New disks)';

/** Runs a command against a graph that knows one processor, or refuses. */
async function run(args: string, refused?: string) {
  const asked: unknown[] = [];
  const graph: Pick<Graph, 'run'> = {
    run: async <Data, Variables>({ text }: Operation<Data, Variables>, variables: Variables) => {
      asked.push([text.match(/(\w+Processor)\(id/)?.[1] ?? 'list', variables]);
      const userErrors = refused === undefined ? [] : [{ field: 'id', code: 'X', message: refused }];
      const done = { processor: refused === undefined ? processor : null, userErrors };
      return { processors: [processor], done } as Data;
    },
  };
  const [printed, complained]: [string[], string[]] = [[], []];
  const words = args.split(' ');
  const reason = words.includes('--reason') ? 'New disks' : undefined;
  const code = await manageProcessors(graph, {
    args: words.filter((word) => !word.startsWith('--')),
    reason,
    yes: words.includes('--yes'),
    json: words.includes('--json'),
    print: (line) => printed.push(line),
    complain: (line) => complained.push(line),
  });
  return { code, asked, printed, complained };
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
  expect(await run('list')).toMatchObject({ code: 0, printed: [LINE] });
  expect(JSON.parse((await run('list --json')).printed.join(''))).toEqual([processor]);
});

it.each([
  ['pause text-expansion', 'pauseProcessor', { reason: null }],
  ['pause text-expansion --reason', 'pauseProcessor', { reason: 'New disks' }],
  ['resume text-expansion', 'resumeProcessor', {}],
  ['retire text-expansion --yes', 'retireProcessor', { reason: null }],
])('%s', async (args, field, more) => {
  const { code, asked, printed } = await run(args);
  expect({ code, asked, printed }).toEqual({
    ...{ code: 0, printed: [LINE], asked: [[field, { id: 'text-expansion', ...more }]] },
  });
});

it('says why it is refused', async () => {
  const message = 'There is no processor `nobody`.';
  expect(await run('pause nobody', message)).toMatchObject({ code: 1, printed: [], complained: [message] });
});

it.each(['', 'pause', 'pause a b', 'stop a', 'list a', 'resume a --reason', 'constructor a'])(
  'asks for nothing on `%s`, and tells how it is called',
  async (args) => {
    expect(await run(args)).toMatchObject({ code: 2, asked: [], complained: [USAGE] });
  },
);

it('does not retire a processor by mistake', async () => {
  const { code, asked, complained } = await run('retire text-expansion');
  expect([code, asked]).toEqual([2, []]);
  expect(complained.join()).toMatch(/`text-expansion` gone for good.*--yes/);
});
