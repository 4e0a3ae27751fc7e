import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ZipFile } from 'yazl';
import { LOCK_NAME } from '../../platform/sql/pglite-lock.ts';
import { writeWhole } from '../terminal/new-file.ts';
import type { Progress } from '../terminal/progress.ts';
import { DATA, KEPT, type ListedFile, MANIFEST, type Manifest, manifestOf } from './manifest.ts';

interface Found {
  readonly path: string;
  readonly mode: number;
}

interface Contents {
  readonly folders: Found[];
  readonly files: (Found & { readonly bytes: number })[];
}

/** The lock is its process's alone. */
const isLock = (path: string): boolean => path.startsWith(`postgres/${LOCK_NAME}`);

/** Collects the folder and all in it, folders first. */
async function walk(root: string, path: string, into: Contents): Promise<void> {
  const { mode } = await lstat(join(root, path));
  into.folders.push({ path, mode: mode & 0o777 });
  for (const entry of (await readdir(join(root, path), { withFileTypes: true })).toSorted((a, b) =>
    a.name < b.name ? -1 : 1,
  )) {
    const below = `${path}/${entry.name}`;
    if (entry.isDirectory()) await walk(root, below, into);
    else if (entry.isFile() && !isLock(below)) {
      const { mode: fileMode, size } = await lstat(join(root, below));
      into.files.push({ path: below, mode: fileMode & 0o777, bytes: size });
    }
  }
}

/** The folders and files of a data folder that are kept. */
async function contentsOf(dataDir: string): Promise<Contents> {
  const contents: Contents = { folders: [], files: [] };
  const there = await readdir(dataDir);
  for (const name of KEPT) if (there.includes(name)) await walk(dataDir, name, contents);
  return contents;
}

interface WriteOptions {
  readonly dataDir: string;
  readonly now: Date;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** Puts the files into the archive, one after the other as it is read, and what they were found to be into its manifest. */
function fill(archive: ZipFile, { folders, files }: Contents, { dataDir, now, progress }: WriteOptions) {
  const listed: ListedFile[] = [];
  const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
  let done = 0;
  async function* hashed(file: Found) {
    const hash = createHash('sha256');
    let bytes = 0;
    for await (const chunk of createReadStream(join(dataDir, file.path)) as AsyncIterable<Buffer>) {
      hash.update(chunk);
      bytes += chunk.length;
      done += chunk.length;
      progress.at(done, Math.max(total, done));
      yield chunk;
    }
    listed.push({ ...file, bytes, sha256: hash.digest('hex') });
  }
  const options = { mtime: now, mode: 0o100600 };
  for (const { path, mode } of files)
    archive.addReadStreamLazy(`${DATA}${path}`, options, (take) =>
      take(null, Readable.from(hashed({ path, mode }), { objectMode: false })),
    );
  // Its turn comes once all others were read.
  archive.addReadStreamLazy(MANIFEST, options, (take) =>
    take(null, Readable.from([Buffer.from(JSON.stringify(manifestOf(now, folders, listed), null, 1))])),
  );
  archive.end();
  return () => manifestOf(now, folders, listed);
}

/**
 * Writes the embedded data of a system that is stopped into one archive, which appears whole or not at all. It holds
 * keys: only its owner may read it.
 */
export async function writeBackup(path: string, options: WriteOptions): Promise<Manifest> {
  const contents = await contentsOf(options.dataDir);
  try {
    return await writeWhole(path, 0o600, async (openFile) => {
      const sink = await openFile();
      const archive = new ZipFile();
      const filled = fill(archive, contents, options);
      archive.on('error', (error: Error) => sink.destroy(error));
      await pipeline(archive.outputStream, sink, { signal: options.signal });
      return filled();
    });
  } finally {
    options.progress.end();
  }
}
