import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { projectFile } from '../../platform/process/paths.ts';

const read = (file: string): string => readFileSync(projectFile(...file.split('/')), 'utf8');

/** Removes indentation, which the documentation does not have. */
const outdented = (text: string): string => text.replaceAll(/^ +/gm, '');

const blocks = [
  ...read('docs/clients.md').matchAll(/^```\w+ ((?:client|examples)\/\S+)\n(.*?)\n```$/gms),
].map(([, file = '', code = '']) => ({ file, code }));

it('docs/clients.md has code of every example', () => {
  const folders = new Set(blocks.map(({ file }) => /^(?:examples\/)?([^/]+)/.exec(file)?.[1]));
  expect([...folders].sort()).toEqual([
    'apollo',
    'browser',
    'client',
    'graphql-ws',
    'relay',
    'typed',
    'urql',
    'webhooks',
  ]);
});

it.each(blocks)('$file has the code that docs/clients.md shows of it', ({ file, code }) => {
  expect(outdented(read(file))).toContain(outdented(code));
});
