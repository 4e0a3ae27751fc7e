import { existsSync, mkdirSync, mkdtempSync, openAsBlob, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { keepFirst } from './pglite-files.ts';

const folder = mkdtempSync(join(tmpdir(), 'blobgraph-template-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('of two that make the template at once the first stays, and can be read by who has it open', async () => {
  const [first, second, template] = ['first', 'second', 'template'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  writeFileSync(first, 'made first');
  writeFileSync(second, 'made second');
  keepFirst(first, template);
  const opened = await openAsBlob(template);
  keepFirst(second, template);
  expect(await opened.text()).toBe('made first');
  expect([first, second].map(existsSync)).toEqual([false, false]);
});

test('of two that make the folder at once the first stays', () => {
  const template = join(folder, 'files');
  const drafts = ['first', 'second'].map((name) => {
    const draft = join(folder, `${name}-draft`);
    mkdirSync(draft);
    writeFileSync(join(draft, 'PG_VERSION'), name);
    return draft;
  });
  for (const draft of drafts) keepFirst(draft, template);
  expect(readFileSync(join(template, 'PG_VERSION'), 'utf8')).toBe('first');
  expect(drafts.map(existsSync)).toEqual([false, false]);
});
