import { posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import { circlesOf, type Import } from './circles.ts';
import { isTestCode, projectFiles, readSources } from './files.ts';

/** Files of a folder, its subfolders' apart. */
const MAX_FILES = 20;
/** Lines of a file: of production code, and of tests. */
const MAX_LINES = 300;
const MAX_TEST_LINES = 400;

/** Lists by number or by release, and packages of their own; at the root, tools look for their files. */
const isCounted = (path: string): boolean => !/^(docs\/adr|examples|e2e\/upgrade\/releases)\//.test(path);

const files = projectFiles().filter(isCounted);
const sources = readSources(files.filter((path) => /\.tsx?$/.test(path)));
const imports: readonly Import[] = sources.flatMap(({ path, imports: targets }) =>
  targets.map((to) => ({ from: path, to })),
);

const folderOf = (path: string): string => posix.dirname(path);
/** A folder's production code and its tests are two nodes: a test may use what stands on what it tests. */
const nodeOf = (path: string): string => folderOf(path) + (isTestCode(path) ? ' (tests)' : '');

const shown = ({ from, to }: Import): string => `${from} imports ${to}`;

describe('the layout of the repository', () => {
  it(`keeps folders to ${MAX_FILES} files`, () => {
    const counts = new Map<string, number>();
    for (const path of files) counts.set(folderOf(path), (counts.get(folderOf(path)) ?? 0) + 1);
    const large = [...counts].filter(([folder, count]) => folder !== '.' && count > MAX_FILES);
    expect(large.map(([folder, count]) => `${folder} has ${count} files`)).toEqual([]);
  });

  it(`keeps files to ${MAX_LINES} lines, and tests to ${MAX_TEST_LINES}`, () => {
    const long = sources.filter(
      ({ path, lines }) =>
        !path.includes('.generated.') && lines > (isTestCode(path) ? MAX_TEST_LINES : MAX_LINES),
    );
    expect(long.map(({ path, lines }) => `${path} has ${lines} lines`)).toEqual([]);
  });

  it('has no tests in production code', () => {
    const wrong = imports.filter(({ from, to }) => !isTestCode(from) && isTestCode(to));
    expect(wrong.map(shown)).toEqual([]);
  });

  it.each([
    ['folders', nodeOf],
    ['files', (path: string) => path],
  ])('has no %s that import each other in a circle', (_what, node) => {
    const circles = circlesOf(imports, node).map(({ nodes, imports: steps }) => {
      const lines = steps.map(
        ([first, ...more]) => first && `${shown(first)}${more.length ? ` (and ${more.length} more)` : ''}`,
      );
      return [`${[...nodes, nodes[0]].join(' → ')}:`, ...lines].join('\n  ');
    });
    expect(circles).toEqual([]);
  });
});
