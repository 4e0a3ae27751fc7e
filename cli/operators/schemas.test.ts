import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect, it, vi } from 'vitest';
import type { Graph } from '../demo/graph.ts';
import { checkFile, type Report } from './schemas.ts';

const folder = mkdtempSync(join(tmpdir(), 'schemas-'));
mkdirSync(join(folder, 'mood-v1'));
const file = join(folder, 'mood-v1', '1.1.0.json');
writeFileSync(file, '{"type":"object"}');
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => vi.restoreAllMocks());

const compatible: Report = {
  ...{ compatible: true, version: '1.1.0', compatibility: 'BACKWARD', comparedWith: ['1.0.0'] },
  ...{ problems: [], userErrors: [] },
};
const problem = {
  ...{ against: '1.0.0', verdict: 'INCOMPATIBLE', pointer: '/required', rule: 'REQUIRED_ADDED' },
  ...{ message: 'Documents may not fit.', fix: 'Leave it optional.', accepted: false },
};
const stored = {
  ...{ scanned: 900, checked: 100, failed: 0, unreadable: 1, complete: false },
  rules: [{ pointer: '/required', count: 2, blobIds: ['a', 'b'] }],
};

async function run(report: Report, options: { stored?: boolean; failed?: number } = {}) {
  const asked: unknown[] = [];
  const run = async (operation: { text: string }, variables: { input: unknown }) => {
    asked.push(variables.input);
    const check = { ...stored, failed: options.failed ?? 0 };
    return operation.text.includes('CheckStoredBlobs')
      ? { done: { check, userErrors: [] } }
      : { checkSchema: report };
  };
  const log = vi.spyOn(console, 'log').mockReturnValue();
  const graph = { run } as unknown as Pick<Graph, 'run'>;
  const code = await checkFile(graph, file, { stored: options.stored ?? false, json: false });
  return { code, asked, lines: log.mock.calls.map(([line]) => String(line)) };
}

it('asks with the id and the version of the path, and ends with 0', async () => {
  const { code, asked, lines } = await run(compatible);
  expect(asked).toEqual([{ id: 'mood-v1', version: '1.1.0', definition: { type: 'object' } }]);
  expect([code, lines]).toEqual([
    0,
    ['compatible: version 1.1.0 of `mood-v1`, BACKWARD, compared with 1.0.0'],
  ]);
});

it('prints each place with its fix, and ends with 1', async () => {
  const { code, lines } = await run({ ...compatible, compatible: false, problems: [problem] });
  expect(code).toBe(1);
  expect(lines.slice(1)).toEqual([
    '  INCOMPATIBLE REQUIRED_ADDED at /required',
    '    Documents may not fit. Leave it optional.',
  ]);
});

it('looks at stored blobs where it is told to, which decide as well', async () => {
  const fine = await run(compatible, { stored: true });
  expect(fine.code).toBe(0);
  expect(fine.asked[1]).toEqual({ schemaId: 'mood-v1', definition: { type: 'object' } });
  const { code, lines } = await run(compatible, { stored: true, failed: 2 });
  expect(code).toBe(1);
  expect(lines.slice(-3)).toEqual([
    '2 of 100 stored blobs do not fit it (a sample: 900 entries of the index were looked at)',
    '  1 could not be read',
    '  /required: 2, e.g. a, b',
  ]);
});

it('says so of a file that holds no JSON', async () => {
  const bad = join(folder, 'bad.json');
  writeFileSync(bad, '{');
  const graph = { run: vi.fn() } as unknown as Pick<Graph, 'run'>;
  await expect(checkFile(graph, bad, { stored: false, json: false })).rejects.toThrow(
    /bad\.json holds no JSON/,
  );
  expect(graph.run).not.toHaveBeenCalled();
});
