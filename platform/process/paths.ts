import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

function findRoot(from: string): string {
  let folder = from;
  while (!existsSync(join(folder, 'package.json'))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error(`No package.json above ${from}`);
    folder = parent;
  }
  return folder;
}

/** The project's root, whether the code runs from its sources (tests) or from `dist/`. */
export const projectRoot = findRoot(dirname(fileURLToPath(import.meta.url)));

/** The absolute path of a file that the project ships, e.g. `projectFile('schemas', 'text-input-v1', '1.0.0.json')`. */
export const projectFile = (...parts: string[]): string => join(projectRoot, ...parts);

/**
 * The built JavaScript of a TypeScript source, as worker threads and child processes need it. `source` is
 * relative to the project's root, e.g. `subgraphs/text-expansion/model/work/text.worker.ts`.
 */
export const builtFile = (source: string): string =>
  join(projectRoot, 'dist', source.replace(/\.ts$/, '.js'));
