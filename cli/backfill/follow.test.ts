import { readFileSync } from 'node:fs';
import { Supergraph } from '@apollo/federation-internals';
import { parse, validate } from 'graphql';
import { describe, expect, it } from 'vitest';
import { projectFile } from '../../platform/process/paths.ts';
import { plainDisplay } from '../demo/display.ts';
import { type Graph, GraphFault, GraphOutOfReach } from '../demo/graph.ts';
import type { Operation } from '../demo/operation.ts';
import { followBackfill, lineOf } from './follow.ts';
import { type Backfill, beginning, showing } from './operations.ts';

const backfill = (over: Partial<Backfill> = {}): Backfill => ({
  processorId: 'late',
  state: 'RUNNING',
  since: null,
  scanned: 0,
  planned: 0,
  finishedRuns: 0,
  obstacle: null,
  ...over,
});
const done = backfill({ state: 'COMPLETED', scanned: 1_234, planned: 2, finishedRuns: 2 });

/** A system that shows these one after the other, the last one for ever; an error is thrown. */
function system(shown: (Backfill | null | Error)[], refused: readonly string[] = []) {
  const begun: unknown[] = [];
  const lines: string[] = [];
  const answer = (text: string, variables: unknown): unknown => {
    if (text === beginning.text) {
      begun.push(variables);
      const userErrors = refused.map((message) => ({ field: 'processorId', code: 'X', message }));
      return { backfill: { backfill: refused.length > 0 ? null : backfill(), userErrors } };
    }
    const next = shown.length > 1 ? shown.shift() : shown[0];
    if (next instanceof Error) throw next;
    return { backfill: next };
  };
  const graph: Pick<Graph, 'run'> = {
    run: async <Data, Variables>({ text }: Operation<Data, Variables>, variables: Variables) =>
      answer(text, variables) as Data,
  };
  const stopping = new AbortController();
  const { signal } = stopping;
  const display = plainDisplay((text) => void lines.push(text.trimEnd()));
  const follow = (since?: string) =>
    followBackfill({
      ...{ graph, display, processorId: 'late', signal, everyMs: 1 },
      ...(since === undefined ? {} : { since }),
    });
  return { follow, begun, lines, stop: () => stopping.abort() };
}

const schema = Supergraph.build(readFileSync(projectFile('gateway', 'supergraph.graphql'), 'utf8'))
  .apiSchema()
  .toGraphQLJSSchema();
it.each([showing, beginning])('the graph takes what is asked', ({ text }) => {
  expect(validate(schema, parse(text)).map(({ message }) => message)).toEqual([]);
});

it('tells in one line where a backfill stands', () => {
  const halfway = backfill({ scanned: 1_234_567, planned: 1, obstacle: 'It waits.' });
  expect(lineOf(halfway)).toBe('late: 1,234,567 blobs scanned, 1 run planned, 0 of them done. It waits.');
});

describe('following a backfill', () => {
  it('begins it, and tells how it goes until it is done', async () => {
    const { follow, begun, lines } = system([null, backfill({ scanned: 9, planned: 2 }), done]);
    expect(await follow()).toBe(0);
    expect(begun).toEqual([{ processorId: 'late', since: null }]);
    expect(lines).toEqual([
      'late: 0 blobs scanned, 0 runs planned, 0 of them done',
      'late: 9 blobs scanned, 2 runs planned, 0 of them done',
      'late: 1,234 blobs scanned, 2 runs planned, 2 of them done',
      'Done: all that `late` takes has its run.',
    ]);
  });

  it('joins the one under way, whose beginning it keeps', async () => {
    const since = '2026-01-31T00:00:00.000Z';
    for (const given of [undefined, since]) {
      const { follow, begun, lines } = system([backfill({ since }), done]);
      expect(await follow(given)).toBe(0);
      expect(begun).toEqual([]);
      expect(lines[0]).toBe('It is already running.');
    }
  });

  it.each([
    ['is finished', backfill({ state: 'COMPLETED' }), undefined],
    ['has another beginning', backfill(), '2026-01-31T00:00:00.000Z'],
  ])('begins another where the one that is known %s', async (_, known, since) => {
    const { follow, begun } = system([known, done]);
    expect(await follow(since)).toBe(0);
    expect(begun).toEqual([{ processorId: 'late', since: since ?? null }]);
  });

  it('says why it is refused', async () => {
    const { follow } = system([null], ['There is no processor `late`.']);
    await expect(follow()).rejects.toMatchObject({
      ...{ name: 'CommandFailed', code: 'X', field: 'processorId' },
      message: expect.stringContaining('There is no processor `late`.'),
    });
  });

  it('waits for a system that is away under way, and fails with what it answers', async () => {
    const away = system([null, backfill(), new GraphOutOfReach('away'), done]);
    expect(await away.follow()).toBe(0);
    const fault = new GraphFault({ message: 'no', extensions: { code: 'FORBIDDEN' } });
    await expect(system([null, fault]).follow()).rejects.toBe(fault);
    await expect(system([null, null]).follow()).rejects.toThrow('no longer exists');
  });

  it('leaves it running when it is told to stop, and says so', async () => {
    const { follow, lines, stop } = system([null, backfill()]);
    const following = follow();
    await expect.poll(() => lines.length).toBeGreaterThan(0);
    stop();
    expect(await following).toBe(130);
    expect(lines.at(-1)).toMatch(/continues without this command: `npx blobgraph backfill --processor late`/);
  });
});
