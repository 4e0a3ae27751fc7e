import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { restRoutes } from '../../../gateway/rest/routes/routes.ts';
import { projectFile } from '../../../platform/process/paths.ts';
import { type SharedSystem, sharedSystem } from '../../harness/shared.ts';

const run = promisify(execFile);
const page = readFileSync(projectFile('docs', 'api.md'), 'utf8');

interface Block {
  readonly kind: string;
  readonly text: string;
}

/** Commands and answers on the page, in order. */
const blocks: Block[] = [...page.matchAll(/^```(sh|json)( setup)?\n([\s\S]*?)^```$/gm)].flatMap(
  ([, kind = '', setup, text = '']) => (setup ? [] : [{ kind, text }]),
);

/** Checks that an answer matches the page: `…` stands for any value, and more members are allowed. */
function fits(shown: unknown, value: unknown, at: string): void {
  if (shown === '…') expect(value, at).not.toBeUndefined();
  else if (Array.isArray(shown)) {
    expect(Array.isArray(value), at).toBe(true);
    expect((value as unknown[]).length, at).toBeGreaterThanOrEqual(shown.length);
    for (const [index, each] of shown.entries()) fits(each, (value as unknown[])[index], `${at}[${index}]`);
  } else if (typeof shown === 'object' && shown !== null) {
    for (const [name, each] of Object.entries(shown))
      fits(each, (value as Record<string, unknown> | null)?.[name], `${at}.${name}`);
  } else expect(value, at).toEqual(shown);
}

let system: SharedSystem;
let folder: string;
/** Output of the page's commands, by block. */
const printed = new Map<number, string>();

async function runPage(): Promise<void> {
  const commands = blocks.flatMap(({ kind, text }, index) =>
    kind === 'sh' ? [`{\n${text}\n} > "$OUT/${index}"`] : [],
  );
  const script = join(folder, 'page.sh');
  await writeFile(script, ['set -euo pipefail', ...commands].join('\n'));
  await run('bash', [script], {
    env: {
      PATH: `${dirname(process.execPath)}:/usr/local/bin:/usr/bin:/bin`,
      API: system.urls.gateway,
      TOKEN: await system.token('alice'),
      OUT: folder,
    },
  });
  for (const [index, { kind }] of blocks.entries())
    if (kind === 'sh') printed.set(index, readFileSync(join(folder, String(index)), 'utf8'));
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'blobgraph-docs-'));
  system = await sharedSystem();
  await runPage();
});
afterAll(async () => {
  await system?.leave();
  await rm(folder, { recursive: true, force: true });
});

const printedBy = (command: string): string => {
  const index = blocks.findIndex(({ kind, text }) => kind === 'sh' && text.includes(command));
  return printed.get(index) ?? '';
};

describe('the commands of docs/api.md', () => {
  const shown = blocks.flatMap(({ kind, text }, index) => (kind === 'json' ? [[index, text] as const] : []));

  it.each(shown)('answer as block %i shows', (index, text) => {
    const answer = printed.get(index - 1) ?? '';
    fits(JSON.parse(text), JSON.parse(answer), `answer ${index}`);
  });

  it('read texts, ranges, pages and validators', () => {
    expect(printedBy('/text"\ncall')).toContain('\n## The Letter\n');
    expect(printedBy('/text"\ncall').trim().split('\n').at(-1)).toMatch(/^\/api\/v1\/files\/book-compiler\//);
    expect(printedBy('range: bytes=0-3')).toBe('---\n');
    expect(printedBy('NEXT=').trim()).toBe('1');
    expect(printedBy('if-none-match').trim()).toBe('304');
  });
});

it('the page names every route', () => {
  const named = new Set([...page.matchAll(/^\| `([A-Z]+ \/api\/v1\/[^`]*)` \|/gm)].map(([, route]) => route));
  expect(
    restRoutes.map(({ method, path }) => `${method} ${path}`).filter((route) => !named.has(route)),
  ).toEqual([]);
});
