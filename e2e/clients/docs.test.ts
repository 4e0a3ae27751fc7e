import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { projectFile } from '../../platform/process/paths.ts';

const read = (file: string): string => readFileSync(projectFile(...file.split('/')), 'utf8');

/** Removes indentation, which the documentation does not have. */
const outdented = (text: string): string => text.replaceAll(/^ +/gm, '');

const blocks = [...read('docs/clients.md').matchAll(/^```\w+ (examples\/\S+)\n(.*?)\n```$/gms)].map(
  ([, file = '', code = '']) => ({ file, code }),
);

it('docs/clients.md has code of every example', () => {
  const folders = new Set(blocks.map(({ file }) => file.split('/')[1]));
  expect([...folders].sort()).toEqual([
    'apollo',
    'browser',
    'graphql-ws',
    'live.ts',
    'relay',
    'urql',
    'webhooks',
  ]);
});

it.each(blocks)('$file has the code that docs/clients.md shows of it', ({ file, code }) => {
  expect(outdented(read(file))).toContain(outdented(code));
});
