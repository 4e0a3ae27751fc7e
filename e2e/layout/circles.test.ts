import { expect, it } from 'vitest';
import { circlesOf } from './circles.ts';
import { isTestCode } from './files.ts';

const imported = (from: string, to: string) => ({ from, to });
const folderOf = (path: string) => path.slice(0, path.lastIndexOf('/'));

it('finds the shortest circle of each group, with the imports that make it up', () => {
  const imports = [
    imported('a/1.ts', 'b/1.ts'),
    imported('a/2.ts', 'b/1.ts'),
    imported('b/1.ts', 'c/1.ts'),
    imported('c/1.ts', 'd/1.ts'),
    imported('d/1.ts', 'a/1.ts'),
    imported('c/1.ts', 'a/2.ts'),
    imported('d/1.ts', 'd/2.ts'),
    imported('x/1.ts', 'a/1.ts'),
  ];
  const [circle, ...more] = circlesOf(imports, folderOf);
  expect(more).toEqual([]);
  expect(circle?.nodes.toSorted()).toEqual(['a', 'b', 'c']);
  expect(circle?.imports.toSorted((one, other) => one.length - other.length)).toEqual([
    [imported('b/1.ts', 'c/1.ts')],
    [imported('c/1.ts', 'a/2.ts')],
    [imported('a/1.ts', 'b/1.ts'), imported('a/2.ts', 'b/1.ts')],
  ]);
});

it('finds none where all imports lead one way', () => {
  expect(circlesOf([imported('a/1.ts', 'b/1.ts'), imported('a/1.ts', 'a/2.ts')], folderOf)).toEqual([]);
});

it.each([
  ['platform/errors.ts', false],
  ['platform/model/model.ts', false],
  ['platform/errors.test.ts', true],
  ['subgraphs/state/store.contract.dead-letters.ts', true],
  ['platform/testing/events.ts', true],
  ['bench/run.ts', true],
  ['e2e/harness/system.ts', true],
])('tells test code: %s', (path, isTest) => {
  expect(isTestCode(path)).toBe(isTest);
});
