import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { LRUCache } from 'lru-cache';
import { BlobgraphError } from '../../errors/errors.ts';
import { StartersFault } from '../../process/exit.ts';
import { type FileLock, FileLocked, lockFile } from '../../process/file-lock.ts';
import type { Logger } from '../../telemetry/logger.ts';
import { type Fields, OWN, type Shelf, type ShelfChange, type Shelved, type Shelving } from '../shelf.ts';
import { createLists, type Lists } from './lists.ts';
import { type Entry, openSnapshot, type Snapshot, type SnapshotEntry } from './snapshot.ts';

export interface MemoryShelfOptions {
  /** The snapshot; beside it lie the lock and the journal of what was erased. */
  readonly file: string;
  /** Memory limit of the records; the least recently read make room. */
  readonly maxBytes: number;
  /** How long a record is kept at most. */
  readonly ttlMs: number;
  /** Wait after a change before the snapshot is written. Default 2,000 ms. */
  readonly writeAfterMs?: number;
  /** Told when the snapshot is damaged, or cannot be written. */
  readonly logger: Logger;
}

/** An object's own, its places in lists, and its fields' names. */
const ENTRY_BYTES = 1_500;
const TAG_BYTES = 150;

const bytesOf = ({ fields, tags }: Entry): number =>
  Object.values(fields).reduce((sum, text) => sum + 2 * text.length, ENTRY_BYTES + TAG_BYTES * tags.length);

/** The fields after a change; null where it changes nothing. */
function changed(entry: Entry, change: ShelfChange): Fields | null {
  const { fields } = entry;
  const waits = fields[OWN.registeredAt] === '';
  switch (change.kind) {
    case 'registered':
      if (!waits || fields[OWN.hash] !== (change.contentHash ?? '')) return null;
      return { [OWN.registeredAt]: String(change.at.getTime()), [OWN.refusal]: '' };
    case 'refused':
      return waits ? { [OWN.refusal]: change.reason } : null;
    case 'postponed':
      return {
        [OWN.registerAt]: String(change.dueAt.getTime()),
        [OWN.attempts]: String(Number(fields[OWN.attempts]) + 1),
      };
    case 'reopened':
      return { [OWN.registeredAt]: '', [OWN.refusal]: '', [OWN.attempts]: '0' };
    case 'stale':
      return change.userId === entry.userId ? { [OWN.stale]: '1' } : null;
  }
}

/** @throws StartersFault: another process has it, and each would write over what the other wrote */
function lock(file: string): FileLock {
  try {
    return lockFile(`${file}.lock`);
  } catch (error) {
    if (!(error instanceof FileLocked)) throw error;
    throw new StartersFault(
      `${error.message}: stop that one, set DATA_DIR to another folder, or set REDIS_URL`,
    );
  }
}

class MemoryShelf implements Shelf {
  readonly #options: MemoryShelfOptions;
  readonly #entries: LRUCache<string, Entry>;
  readonly #lists: Lists = createLists();
  readonly #numbers = new Map<string, Map<string, number>>();
  #snapshot: Snapshot | undefined;
  #lock: FileLock | undefined;

  constructor(options: MemoryShelfOptions) {
    this.#options = options;
    const { maxBytes, ttlMs } = options;
    this.#entries = new LRUCache({
      maxSize: maxBytes,
      ttl: ttlMs,
      sizeCalculation: bytesOf,
      // An entry that replaces another one is in the lists already.
      noDisposeOnSet: true,
      dispose: (entry, id) => this.#lists.remove(id, entry),
    });
  }

  async prepare(): Promise<void> {
    if (this.#snapshot) return;
    const { file, logger, ttlMs, writeAfterMs = 2_000 } = this.#options;
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    this.#lock = lock(file);
    this.#snapshot = openSnapshot({ file, writeAfterMs, logger, entries: () => this.#kept() });
    for await (const { id, entry, expiresAt } of this.#snapshot.read()) {
      const ttl = Math.min(ttlMs, expiresAt - Date.now());
      if (ttl > 0) this.#keep(id, entry, ttl);
    }
  }

  async ping(): Promise<void> {}

  /** All entries, those first that make room first. */
  *#kept(): Generator<SnapshotEntry> {
    // Entries may come and go between two yields.
    for (const id of [...this.#entries.rkeys()]) {
      const entry = this.#entries.peek(id);
      if (entry) yield { id, entry, expiresAt: Date.now() + this.#entries.getRemainingTTL(id) };
    }
  }

  /** @throws BlobgraphError BLOB_TOO_LARGE: it is larger than all that may be kept */
  #keep(id: string, entry: Entry, ttl?: number): void {
    const { maxBytes } = this.#options;
    if (bytesOf(entry) > maxBytes) {
      const message = `What was made is larger than the embedded store holds (${maxBytes} bytes). Raise REDIS_EMBEDDED_MEBIBYTES, or set REDIS_URL.`;
      throw new BlobgraphError('BLOB_TOO_LARGE', message);
    }
    const before = this.#entries.peek(id);
    if (before) this.#lists.remove(id, before);
    this.#lists.add(id, entry);
    const remaining = ttl ?? (before ? this.#entries.getRemainingTTL(id) : undefined);
    this.#entries.set(id, entry, remaining === undefined ? {} : { ttl: remaining });
    this.#snapshot?.changed();
  }

  async read(ids: readonly string[], names?: readonly string[]): Promise<(Fields | null)[]> {
    return ids.map((id) => {
      const fields = this.#entries.get(id)?.fields;
      if (!fields || !names) return fields ?? null;
      return Object.fromEntries(
        names.flatMap((name) => (fields[name] === undefined ? [] : [[name, fields[name]] as const])),
      );
    });
  }

  async add(record: Shelved): Promise<Shelving> {
    return this.#entries.get(record.id) ? 'there' : this.#put(record);
  }

  async complete(record: Shelved): Promise<Shelving> {
    const pending = this.#entries.get(record.id);
    if (!pending) return 'gone';
    if (pending.fields[OWN.hash] !== '') return 'there';
    const stale = pending.fields[OWN.stale] ?? '';
    return this.#put({ ...record, fields: { ...record.fields, [OWN.stale]: stale } });
  }

  #put({ id, userId, createdAt, fields, tags, given }: Shelved): Shelving {
    const numbers = this.#numbers.get(userId) ?? new Map<string, number>();
    if (given && (numbers.get(given.of) ?? 0) >= given.number) return 'taken';
    if (given) this.#numbers.set(userId, numbers.set(given.of, given.number));
    this.#keep(id, { userId, createdAt: createdAt.getTime(), fields, tags }, this.#options.ttlMs);
    return 'added';
  }

  async change(ids: readonly string[], change: ShelfChange): Promise<void> {
    for (const id of ids) {
      const entry = this.#entries.peek(id);
      const fields = entry && changed(entry, change);
      if (entry && fields) this.#keep(id, { ...entry, fields: { ...entry.fields, ...fields } });
    }
  }

  async erase(userId: string, records: readonly { readonly id: string }[]): Promise<void> {
    const own = records.map(({ id }) => id).filter((id) => this.#entries.peek(id)?.userId === userId);
    for (const id of own) this.#entries.delete(id);
    // Records of an earlier snapshot must not come back.
    await this.#snapshot?.erased(own);
  }

  async highest(userId: string, of: string): Promise<number> {
    return this.#numbers.get(userId)?.get(of) ?? 0;
  }

  async forgetNumbers(userId: string): Promise<void> {
    this.#numbers.delete(userId);
  }

  async list(
    userId: string,
    { since, after }: Parameters<Shelf['list']>[1],
    limit: number,
  ): Promise<string[]> {
    const own = this.#lists.ofUser(userId);
    const behind = own.filter(
      ({ createdAt, id }) =>
        (!since || createdAt >= since.getTime()) &&
        (!after ||
          createdAt > after.createdAt.getTime() ||
          (createdAt === after.createdAt.getTime() && id > after.id)),
    );
    return this.#there(behind.map(({ id }) => id)).slice(0, limit);
  }

  async ids(after: string | undefined, limit: number): Promise<string[]> {
    this.#entries.purgeStale();
    const sorted = this.#lists.sorted();
    const start = after === undefined ? 0 : sorted.findIndex((id) => id > after);
    return start === -1 ? [] : sorted.slice(start, start + limit);
  }

  async due(now: Date, limit: number): Promise<string[]> {
    return this.#there(this.#lists.due(now.getTime())).slice(0, limit);
  }

  #there(ids: readonly string[]): string[] {
    return ids.filter((id) => this.#entries.has(id));
  }

  async count(userId: string, before: Date) {
    const own = this.#lists
      .ofUser(userId)
      .filter(({ id }) => this.#entries.peek(id)?.fields[OWN.refusal] === '');
    return { older: own.filter(({ createdAt }) => createdAt < before.getTime()).length, total: own.length };
  }

  async tagged(userId: string, tags: readonly string[], limit: number): Promise<string[]> {
    const found = tags.flatMap((tag) => this.#there(this.#lists.tagged(userId, tag, limit)));
    return [...new Set(found)];
  }

  // Nothing drops a tag here but its record.
  async lacksTag(): Promise<boolean> {
    return false;
  }

  async tag(): Promise<void> {}

  async close(): Promise<void> {
    await this.#snapshot?.close();
    this.#lock?.release();
  }
}

/**
 * A processor's shelf in the memory of its process, with a snapshot: what was stored in the seconds before a kill is gone,
 * and made again when it is asked for; what was erased stays so.
 */
export const createMemoryShelf = (options: MemoryShelfOptions): Shelf => new MemoryShelf(options);
