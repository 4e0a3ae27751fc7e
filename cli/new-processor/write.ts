import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { SUPERGRAPH } from './project.ts';

/**
 * Writes a new processor's files under `root`, in folders that do not exist yet, and `supergraph.yaml` last.
 * @throws what went wrong, after all that was written is gone again
 */
export function writeProcessor(root: string, files: ReadonlyMap<string, string>, supergraph: string): void {
  const file = join(root, SUPERGRAPH);
  const draft = `${file}.new`;
  const made = [draft];
  try {
    for (const folder of new Set([...files.keys()].map((path) => join(root, dirname(path))))) {
      mkdirSync(folder);
      made.push(folder);
    }
    for (const [path, text] of files) writeFileSync(join(root, path), text);
    writeFileSync(draft, supergraph);
    renameSync(draft, file);
  } catch (error) {
    for (const path of made) rmSync(path, { recursive: true, force: true });
    throw error;
  }
}
