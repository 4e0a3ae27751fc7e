import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { type Entry, openPromise, type ZipFile } from 'yauzl';
import { z } from 'zod';
import { CommandFailed } from '../terminal/failure.ts';
import type { Progress } from '../terminal/progress.ts';
import { DATA, type ListedFile, MANIFEST, type Manifest, manifestSchema } from './manifest.ts';

const MAX_MANIFEST_BYTES = 256 * 1024 ** 2;

/** An archive whose manifest was read, and that has the files that it lists. */
export interface OpenBackup {
  readonly manifest: Manifest;
  readonly bytes: number;
  /** Writes all files into `folder`, which is new. @throws CommandFailed when one is not what the manifest says */
  extract(folder: string, progress: Progress, signal: AbortSignal): Promise<void>;
  close(): void;
}

const damaged = (path: string, why: string): CommandFailed =>
  new CommandFailed(`${path} is no whole backup: ${why}. Take another copy of it.`, {
    code: 'BACKUP_DAMAGED',
  });

async function entriesOf(zip: ZipFile): Promise<Map<string, Entry>> {
  const entries = new Map<string, Entry>();
  for await (const entry of zip.eachEntry()) entries.set(entry.fileName, entry);
  return entries;
}

async function manifestIn(path: string, zip: ZipFile, entry: Entry | undefined): Promise<Manifest> {
  if (!entry) throw damaged(path, `it has no ${MANIFEST}`);
  if (entry.uncompressedSize > MAX_MANIFEST_BYTES) throw damaged(path, `its ${MANIFEST} is too large`);
  const text = await buffer(await zip.openReadStreamPromise(entry));
  try {
    return manifestSchema.parse(JSON.parse(text.toString()));
  } catch (error) {
    if (error instanceof SyntaxError) throw damaged(path, `its ${MANIFEST} is not JSON`);
    if (!(error instanceof z.ZodError)) throw error;
    const [issue] = error.issues;
    throw damaged(path, `${issue?.path.join('.')} of its ${MANIFEST} ${issue?.message}`);
  }
}

/** Copies an entry to a new file, and looks whether it is what the manifest says. */
async function copy(
  zip: ZipFile,
  entry: Entry,
  to: string,
  listed: ListedFile,
  onBytes: (bytes: number) => void,
) {
  const hash = createHash('sha256');
  let bytes = 0;
  await pipeline(
    await zip.openReadStreamPromise(entry),
    async function* (chunks: AsyncIterable<Buffer>) {
      for await (const chunk of chunks) {
        hash.update(chunk);
        bytes += chunk.length;
        onBytes(chunk.length);
        yield chunk;
      }
    },
    createWriteStream(to, { mode: listed.mode, flags: 'wx', flush: true }),
  );
  return bytes === listed.bytes && hash.digest('hex') === listed.sha256;
}

async function extract(
  path: string,
  {
    zip,
    entries,
    manifest,
    bytes,
  }: { zip: ZipFile; entries: Map<string, Entry>; manifest: Manifest; bytes: number },
  { folder, progress, signal }: { folder: string; progress: Progress; signal: AbortSignal },
): Promise<void> {
  let done = 0;
  for (const each of manifest.folders) await mkdir(join(folder, each.path), { mode: 0o700 });
  for (const file of manifest.files) {
    signal.throwIfAborted();
    const entry = entries.get(`${DATA}${file.path}`);
    const isWhole =
      entry !== undefined &&
      (await copy(zip, entry, join(folder, file.path), file, (more) => {
        done += more;
        progress.at(done, bytes);
      }));
    if (!isWhole) throw damaged(path, `${file.path} is not what its ${MANIFEST} says`);
  }
  for (const each of manifest.folders.toReversed()) await chmod(join(folder, each.path), each.mode);
}

/** Opens an archive. @throws CommandFailed when it is none, or not whole */
export async function openBackup(path: string): Promise<OpenBackup> {
  const zip = await openPromise(path, { lazyEntries: true, autoClose: false }).catch((error: Error) => {
    // An archive that cannot be read is not damaged.
    if ('syscall' in error) throw Object.assign(error, { path });
    throw damaged(path, error.message);
  });
  try {
    const entries = await entriesOf(zip).catch((error: Error) => {
      throw damaged(path, error.message);
    });
    const manifest = await manifestIn(path, zip, entries.get(MANIFEST));
    const missing = manifest.files.find((file) => !entries.has(`${DATA}${file.path}`));
    if (missing) throw damaged(path, `${missing.path} is missing`);
    const bytes = manifest.files.reduce((sum, file) => sum + file.bytes, 0);
    return {
      ...{ manifest, bytes },
      extract: (folder, progress, signal) =>
        extract(path, { zip, entries, manifest, bytes }, { folder, progress, signal }),
      close: () => zip.close(),
    };
  } catch (error) {
    zip.close();
    throw error;
  }
}
