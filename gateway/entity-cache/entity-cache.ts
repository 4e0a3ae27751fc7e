import { LRUCache } from 'lru-cache';
import { copy, type Values } from '../execution/data/values.ts';
import type { EntityCache, KeptEntities } from '../execution/steps/kept-entities.ts';
import { LARGE_BYTES } from '../subgraphs/large.ts';
import { Deletions } from './deletions.ts';
import { heapBytes } from './heap-bytes.ts';

/** A newer release of a subgraph may put the same into other words. */
const MAX_AGE_MS = 3_600_000;
/** The part of the cache that one caller's entities may take, and that one entity may. */
const SHARE_OF_CALLER = 1 / 2;
const SHARE_OF_ENTITY = 1 / 16;
/** Beside entity and key: the key's places in the cache and its indexes. */
const ENTRY_BYTES = 400;

interface Entry {
  readonly entity: Values;
  readonly bytes: number;
  readonly blobId: string;
  readonly caller: string;
}

/** One caller's entities, the least recently used first. */
interface Shelf {
  readonly keys: Set<string>;
  bytes: number;
}

/** Since the process started, but for `bytes` and `entities`. */
export interface EntityCacheUsage {
  readonly bytes: number;
  readonly entities: number;
  readonly hits: number;
  readonly misses: number;
  /** Entities that went because others needed their room. */
  readonly evictions: number;
  /** How often all of it went, because deletions could not be followed. */
  readonly losses: number;
}

export interface EntityCacheOptions<Context> {
  /** Bound of all entities with their keys, by estimate. */
  readonly maxBytes: number;
  readonly mayKeep: EntityCache<Context>['mayKeep'];
  /** Tells callers apart who may get different answers. */
  readonly callerOf: (context: Context) => string;
  /** Monotonic, in milliseconds. Default: `performance.now`. */
  readonly now?: () => number;
}

/**
 * Entities of blobs, which never change, by caller, selection and representation. A blob that was deleted leaves it, and
 * an operation that began before the deletion does not bring it back. It answers and takes nothing from when it was last
 * told, by {@link BlobEntityCache.followed}, that it knows all deletions.
 */
export class BlobEntityCache<Context> implements EntityCache<Context> {
  readonly mayKeep: EntityCache<Context>['mayKeep'];
  readonly #callerOf: EntityCacheOptions<Context>['callerOf'];
  readonly #now: () => number;
  readonly #maxBytes: number;
  readonly #entries: LRUCache<string, Entry>;
  readonly #byBlob = new Map<string, Set<string>>();
  readonly #byCaller = new Map<string, Shelf>();
  readonly #deletions = new Deletions();
  #knownUntil = Number.NEGATIVE_INFINITY;
  #counts = { hits: 0, misses: 0, evictions: 0, losses: 0 };

  constructor({ maxBytes, mayKeep, callerOf, now = () => performance.now() }: EntityCacheOptions<Context>) {
    this.mayKeep = mayKeep;
    this.#callerOf = callerOf;
    this.#now = now;
    this.#maxBytes = maxBytes;
    this.#entries = new LRUCache({
      maxSize: maxBytes,
      sizeCalculation: ({ bytes }) => bytes,
      ttl: MAX_AGE_MS,
      ttlResolution: 0,
      perf: { now },
      dispose: (entry, key, reason) => {
        if (reason === 'evict') this.#counts.evictions += 1;
        this.#unlist(key, entry);
      },
    });
  }

  get usage(): EntityCacheUsage {
    return { ...this.#counts, bytes: this.#entries.calculatedSize, entities: this.#entries.size };
  }

  open(context: Context): KeptEntities {
    const caller = this.#callerOf(context);
    const { now: began } = this.#deletions;
    let bytes = 0;
    return {
      get: (selection, representation) => {
        const key = keyOf(caller, selection, representation);
        const entry = this.#isFollowing() ? this.#entries.get(key) : undefined;
        // Large operations wait for one another by what subgraphs answer them: they ask.
        if (!entry || bytes + entry.bytes > LARGE_BYTES) {
          this.#counts.misses += 1;
          return undefined;
        }
        bytes += entry.bytes;
        this.#counts.hits += 1;
        this.#touch(caller, key);
        return entry.entity;
      },
      put: (selection, representation, entity) => {
        if (!this.#isFollowing()) return;
        const { id: blobId } = JSON.parse(representation) as { id?: unknown };
        if (typeof blobId !== 'string') return;
        if (this.#deletions.isSince(began, blobId)) return;
        this.#keep(keyOf(caller, selection, representation), { entity, blobId, caller });
      },
    };
  }

  /** A blob was deleted. */
  deleted(blobId: string): void {
    this.#deletions.note(blobId);
    for (const key of [...(this.#byBlob.get(blobId) ?? [])]) this.#entries.delete(key);
  }

  /** Its deletions are known up to now, and the cache may be used until then. */
  followed(until: number): void {
    this.#knownUntil = until;
  }

  /** Deletions may have been missed: all goes, until it is {@link followed} again. */
  lost(): void {
    this.#knownUntil = Number.NEGATIVE_INFINITY;
    if (this.#entries.size > 0) this.#counts.losses += 1;
    this.#deletions.noteAll();
    this.#entries.clear();
  }

  #isFollowing(): boolean {
    return this.#now() < this.#knownUntil;
  }

  #keep(key: string, { entity, blobId, caller }: Omit<Entry, 'bytes'>): void {
    const bytes = ENTRY_BYTES + 2 * key.length + heapBytes(entity);
    if (bytes > Math.min(LARGE_BYTES, this.#maxBytes * SHARE_OF_ENTITY)) return;
    this.#entries.set(key, { entity: copy(entity), bytes, blobId, caller });
    const keys = this.#byBlob.get(blobId) ?? new Set();
    this.#byBlob.set(blobId, keys.add(key));
    const shelf = this.#byCaller.get(caller) ?? { keys: new Set(), bytes: 0 };
    this.#byCaller.set(caller, shelf);
    shelf.keys.add(key);
    shelf.bytes += bytes;
    while (shelf.bytes > this.#maxBytes * SHARE_OF_CALLER) {
      const [oldest] = shelf.keys;
      if (oldest === undefined) return;
      this.#counts.evictions += 1;
      this.#entries.delete(oldest);
    }
  }

  #touch(caller: string, key: string): void {
    const keys = this.#byCaller.get(caller)?.keys;
    if (keys?.delete(key)) keys.add(key);
  }

  #unlist(key: string, { blobId, caller, bytes }: Entry): void {
    const keys = this.#byBlob.get(blobId);
    keys?.delete(key);
    if (keys?.size === 0) this.#byBlob.delete(blobId);
    const shelf = this.#byCaller.get(caller);
    if (!shelf?.keys.delete(key)) return;
    shelf.bytes -= bytes;
    if (shelf.keys.size === 0) this.#byCaller.delete(caller);
  }
}

const keyOf = (caller: string, selection: string, representation: string): string =>
  `${caller} ${selection} ${representation}`;
