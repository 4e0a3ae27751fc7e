import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { replaceFile } from '../../files/replace-file.ts';
import { hasCode } from '../../process/process-identity.ts';
import { keptIn, keptText, type SupergraphKeep } from './kept.ts';

/** Keeps it in a file, which several processes may share. */
export const fileKeep = (file: string): SupergraphKeep => ({
  async load() {
    try {
      return keptIn(await readFile(file, 'utf8'));
    } catch (error) {
      if (hasCode(error, 'ENOENT')) return undefined;
      throw error;
    }
  },
  async keep(supergraph) {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    const draft = `${file}.${randomUUID()}.draft`;
    try {
      await replaceFile(file, (handle) => handle.writeFile(keptText(supergraph)), draft);
    } catch (error) {
      await rm(draft, { force: true });
      throw error;
    }
  },
});
