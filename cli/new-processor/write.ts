import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { SUPERGRAPH } from './project.ts';

/**
 * Writes a new processor's files under `root`, in folders that do not exist yet, and `supergraph.yaml` last.
 * @throws what went wrong, after all that was written is gone again
 */
export function writeProcessor(root: string, files: ReadonlyMap<string, string>, supergraph: string): void {
  const made: string[] = [];
  try {
    for (const folder of new Set([...files.keys()].map((path) => join(root, dirname(path))))) {
      mkdirSync(folder);
      made.push(folder);
    }
    for (const [path, text] of files) writeFileSync(join(root, path), text);
    const draft = join(made[0] ?? root, SUPERGRAPH);
    writeFileSync(draft, supergraph);
    // At once or not at all.
    renameSync(draft, join(root, SUPERGRAPH));
  } catch (error) {
    for (const folder of made) rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}
