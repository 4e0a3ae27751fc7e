import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { parseSync } from 'vite';
import { projectFile, projectRoot } from '../../platform/process/paths.ts';

/** A file of the repository, and the files of it that it imports. */
export interface SourceFile {
  /** From the root of the repository, with `/`. */
  readonly path: string;
  readonly lines: number;
  /** Paths, each once: imports of values and of types, exports from, and `import()` of a literal. */
  readonly imports: readonly string[];
}

/** Paths of all files that Git tracks, or would with `git add`: from the root, with `/`. */
export function projectFiles(): string[] {
  const args = ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--deduplicate'];
  const listed = execFileSync('git', args, { cwd: projectRoot, encoding: 'utf8' }).split('\0');
  return listed.filter((path) => path !== '' && existsSync(projectFile(path)));
}

const TEST_SUFFIX = /\.(contract|fixture|int|races|slow|test)\.([\w-]+\.)*tsx?$/;

/** Whether production code must not import the file: tests, what they share, benchmarks. */
export const isTestCode = (path: string): boolean =>
  /^(bench|e2e)\/|(^|\/)testing\//.test(path) || TEST_SUFFIX.test(path) || path === 'vitest.config.ts';

/** The specifiers of a module's imports, as they are written. */
function specifiersOf(path: string, text: string): string[] {
  const { module, errors } = parseSync(path, text);
  if (errors[0]) throw new Error(`${path}: ${errors[0].message}`);
  const literals = module.dynamicImports.map(({ moduleRequest: { start, end } }) =>
    text.slice(start + 1, end - 1),
  );
  const reexports = module.staticExports.flatMap(({ entries }) =>
    entries.map((each) => each.moduleRequest?.value ?? ''),
  );
  return [...module.staticImports.map(({ moduleRequest }) => moduleRequest.value), ...reexports, ...literals];
}

/** Reads TypeScript's files; imports of packages and of other kinds of files are left out. */
export function readSources(paths: readonly string[]): SourceFile[] {
  const known = new Set(paths);
  return paths.map((path) => {
    const text = readFileSync(projectFile(path), 'utf8');
    const imported = specifiersOf(path, text)
      .filter((specifier) => specifier.startsWith('.'))
      .map((specifier) => posix.join(posix.dirname(path), specifier))
      .filter((target) => known.has(target));
    return { path, lines: text.split('\n').length - 1, imports: [...new Set(imported)] };
  });
}
