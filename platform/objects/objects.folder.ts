import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { access, mkdir, open, readdir, rename, rm, rmdir, stat, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import pMap from 'p-map';
import { hasCode } from '../process/process-identity.ts';
import {
  checkDescription,
  checkPage,
  checkRange,
  keySegments,
  prefixSegments,
  rangeOutside,
} from './names.ts';
import { type Drafts, draftsIn } from './objects.folder.drafts.ts';
import { HEADER_BYTES, readHead, syncFolder, writeObjectFile } from './objects.folder.file.ts';
import { compareEntries, type Entry, entriesOf, keyOf, parseEntry, pathOf } from './objects.folder.names.ts';
import type {
  ByteRange,
  ListedObject,
  ListOptions,
  ObjectBody,
  ObjectContent,
  ObjectDescription,
  ObjectHead,
  ObjectStore,
} from './objects.ts';
import { ObjectStoreUnavailable } from './objects.ts';

/** A folder that a deletion takes away while an object comes into it is made again; so often at most. */
const MAX_ATTEMPTS = 20;
const FILES_AT_ONCE = 16;

const gone = (error: unknown) => hasCode(error, 'ENOENT', 'ENOTDIR');

/** Passes on what work on files gives. @throws ObjectStoreUnavailable when the disk is full or fails, or too many files are open */
async function onDisk<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (hasCode(error, 'ENOSPC', 'EDQUOT', 'EMFILE', 'ENFILE', 'EIO', 'EROFS'))
      throw new ObjectStoreUnavailable(error);
    throw error;
  }
}

/** The result of `work`; undefined where there is no such file. */
const ifThere = <T>(work: Promise<T>): Promise<T | undefined> =>
  work.catch((error: unknown) => {
    if (gone(error)) return undefined;
    throw error;
  });

class FolderObjects implements ObjectStore {
  readonly embedded = true;
  readonly #root: string;
  readonly #drafts: Drafts;

  constructor(root: string, drafts: Drafts) {
    this.#root = root;
    this.#drafts = drafts;
  }

  async put(key: string, body: ObjectBody, description: ObjectDescription) {
    const target = this.#pathOf(key);
    checkDescription(description);
    const draft = this.#drafts.path();
    const write = async () => {
      try {
        const sizeBytes = await writeObjectFile(draft, body, description, `"${randomUUID()}"`);
        await this.#place(draft, target);
        return { sizeBytes };
      } catch (error) {
        await rm(draft, { force: true });
        throw error;
      }
    };
    return onDisk(write());
  }

  async get(key: string, range?: ByteRange): Promise<ObjectContent | null> {
    if (range) checkRange(range);
    const path = this.#pathOf(key);
    const file = await onDisk(ifThere(open(path, 'r')));
    if (!file) return null;
    try {
      const head = await readHead(path, file);
      if (range && range.start >= head.sizeBytes) throw rangeOutside();
      const { start = 0, end = Number.MAX_SAFE_INTEGER - HEADER_BYTES } = range ?? {};
      const body = file.createReadStream({ start: start + HEADER_BYTES, end: end + HEADER_BYTES });
      return { ...head, body };
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  async head(key: string): Promise<ObjectHead | null> {
    const path = this.#pathOf(key);
    const file = await onDisk(ifThere(open(path, 'r')));
    if (!file) return null;
    try {
      return await readHead(path, file);
    } finally {
      await file.close();
    }
  }

  async delete(keys: readonly string[]): Promise<void> {
    const paths = keys.map((key) => this.#pathOf(key));
    await onDisk(pMap(paths, (path) => ifThere(unlink(path)), { concurrency: FILES_AT_ONCE }));
    for (const folder of new Set(paths.map(dirname))) {
      await onDisk(syncFolder(folder, gone));
      await this.#prune(folder);
    }
  }

  /** Moves the folder away, which is one step, and removes it then. */
  async deletePrefix(prefix: string): Promise<void> {
    const folder = pathOf(this.#root, entriesOf(prefixSegments(prefix), 'folder'));
    const draft = this.#drafts.path();
    const remove = async () => {
      await ifThere(rename(folder, draft));
      await syncFolder(dirname(folder), gone);
      await rm(draft, { recursive: true, force: true });
      if (folder === this.#root) await mkdir(folder, { recursive: true, mode: 0o700 });
      else await this.#prune(dirname(folder));
    };
    await onDisk(remove());
  }

  async list(prefix: string, options: ListOptions): Promise<readonly ListedObject[]> {
    checkPage(prefix, options);
    const way = entriesOf(prefixSegments(prefix), 'folder');
    const after = options.after === undefined ? [] : entriesOf(keySegments(options.after), 'object');
    const found: ListedObject[] = [];
    const fill = async () => {
      for await (const entries of this.#walk(way, after.slice(way.length))) {
        const file = await ifThere(stat(pathOf(this.#root, entries)));
        if (file)
          found.push({ key: keyOf(entries), sizeBytes: file.size - HEADER_BYTES, modifiedAt: file.mtime });
        if (found.length === options.limit) return;
      }
    };
    await onDisk(fill());
    return found;
  }

  async ping(): Promise<void> {
    await access(this.#root, constants.W_OK).catch((error: unknown) => {
      throw new ObjectStoreUnavailable(error);
    });
  }

  async close(): Promise<void> {}

  #pathOf(key: string): string {
    return pathOf(this.#root, entriesOf(keySegments(key), 'object'));
  }

  /** Puts a whole file in its place, for good. */
  async #place(draft: string, target: string): Promise<void> {
    const folder = dirname(target);
    for (let attempt = 1; ; attempt++) {
      try {
        await mkdir(folder, { recursive: true, mode: 0o700 });
        await rename(draft, target);
        break;
      } catch (error) {
        if (!gone(error) || attempt === MAX_ATTEMPTS) throw error;
      }
    }
    // Up to the root: another process may have made a folder on the way, and not synced it yet.
    for (let path = folder; path !== dirname(this.#root); path = dirname(path)) await syncFolder(path, gone);
  }

  /** Removes folders that have become empty, upwards. */
  async #prune(from: string): Promise<void> {
    for (let folder = from; folder !== this.#root; folder = dirname(folder)) {
      try {
        await rmdir(folder);
      } catch (error) {
        if (gone(error)) continue;
        if (hasCode(error, 'ENOTEMPTY', 'EEXIST')) return;
        throw error;
      }
    }
  }

  /** The ways to the objects under a folder, in order; from the one past `after`, which is relative to it. */
  async *#walk(way: readonly Entry[], after: readonly Entry[]): AsyncGenerator<readonly Entry[]> {
    const names = (await ifThere(readdir(pathOf(this.#root, way)))) ?? [];
    const entries = names.flatMap((name) => parseEntry(name) ?? []).sort(compareEntries);
    const [first, ...rest] = after;
    for (const entry of entries) {
      const order = first ? compareEntries(entry, first) : 1;
      if (order < 0 || (order === 0 && rest.length === 0)) continue;
      if (entry.kind === 'object') yield [...way, entry];
      else yield* this.#walk([...way, entry], order === 0 ? rest : []);
    }
  }
}

/**
 * Objects as files of a folder, which is made where there is none, and which several processes may share. What dead ones
 * left half written is removed.
 */
export async function openFolderObjects(folder: string): Promise<ObjectStore> {
  const root = join(folder, 'kept');
  const draftsFolder = join(folder, 'drafts');
  for (const path of [root, draftsFolder]) await mkdir(path, { recursive: true, mode: 0o700 });
  for (const path of [folder, dirname(folder)]) await syncFolder(path, gone);
  const drafts = draftsIn(draftsFolder);
  await drafts.sweep();
  return new FolderObjects(root, drafts);
}
