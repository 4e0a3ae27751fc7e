import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { SUPERGRAPH } from './project.ts';

/**
 * Writes a new processor's files under `root`, in new folders, and `supergraph.yaml` last. On failure everything
 * written is removed, and the error thrown.
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
    // Atomic: a reader sees the old file or the new one.
    renameSync(draft, join(root, SUPERGRAPH));
  } catch (error) {
    for (const folder of made) rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}
