import { LRUCache } from 'lru-cache';
import { LARGE_BYTES } from '../subgraphs/large.ts';

/** The part of a room that one owner's values may take, and that one value may. */
const SHARE_OF_OWNER = 1 / 2;
const SHARE_OF_VALUE = 1 / 16;
/** Beside value and key: the key's places in the room and in the indexes of it. */
const ENTRY_BYTES = 400;

interface Entry<Value> {
  readonly value: Value;
  readonly bytes: number;
  readonly owner: string;
}

/** One owner's values, the least recently used first. */
interface Shelf {
  readonly keys: Set<string>;
  bytes: number;
}

export interface RoomOptions<Value> {
  /** Bound of all values with their keys, by estimate. */
  readonly maxBytes: number;
  readonly maxAgeMs: number;
  /** Monotonic, in milliseconds. */
  readonly now: () => number;
  /** Called with each value that leaves. Default: nobody is told. */
  readonly left?: (key: string, value: Value) => void;
}

/** Values in memory, bounded by bytes. The least recently used make room for others, an owner's own for the owner's. */
export class Room<Value> {
  readonly #maxBytes: number;
  readonly #entries: LRUCache<string, Entry<Value>>;
  readonly #byOwner = new Map<string, Shelf>();
  #evictions = 0;

  constructor({ maxBytes, maxAgeMs, now, left }: RoomOptions<Value>) {
    this.#maxBytes = maxBytes;
    this.#entries = new LRUCache({
      maxSize: maxBytes,
      sizeCalculation: ({ bytes }) => bytes,
      ttl: maxAgeMs,
      ttlResolution: 0,
      perf: { now },
      dispose: (entry, key, reason) => {
        if (reason === 'evict') this.#evictions += 1;
        this.#unlist(key, entry);
        left?.(key, entry.value);
      },
    });
  }

  get bytes(): number {
    return this.#entries.calculatedSize;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Values that went because others needed their room. */
  get evictions(): number {
    return this.#evictions;
  }

  /** @returns the value with its bytes, which is the most recently used from then on */
  get(key: string): Pick<Entry<Value>, 'value' | 'bytes'> | undefined {
    const entry = this.#entries.get(key);
    const keys = entry && this.#byOwner.get(entry.owner)?.keys;
    if (keys?.delete(key)) keys.add(key);
    return entry;
  }

  /** @param valueBytes of the value, by estimate @returns false when it would take too much */
  put(key: string, value: Value, { owner, valueBytes }: { owner: string; valueBytes: number }): boolean {
    const bytes = ENTRY_BYTES + 2 * key.length + valueBytes;
    if (bytes > Math.min(LARGE_BYTES, this.#maxBytes * SHARE_OF_VALUE)) return false;
    this.#entries.set(key, { value, bytes, owner });
    const shelf = this.#byOwner.get(owner) ?? { keys: new Set(), bytes: 0 };
    this.#byOwner.set(owner, shelf);
    shelf.keys.add(key);
    shelf.bytes += bytes;
    this.#makeRoomOn(shelf);
    return true;
  }

  #makeRoomOn(shelf: Shelf): void {
    while (shelf.bytes > this.#maxBytes * SHARE_OF_OWNER) {
      const [oldest] = shelf.keys;
      if (oldest === undefined) return;
      this.#evictions += 1;
      this.#entries.delete(oldest);
    }
  }

  delete(key: string): void {
    this.#entries.delete(key);
  }

  deleteOf(owner: string): void {
    for (const key of [...(this.#byOwner.get(owner)?.keys ?? [])]) this.#entries.delete(key);
  }

  clear(): void {
    this.#entries.clear();
  }

  #unlist(key: string, { owner, bytes }: Entry<Value>): void {
    const shelf = this.#byOwner.get(owner);
    if (!shelf?.keys.delete(key)) return;
    shelf.bytes -= bytes;
    if (shelf.keys.size === 0) this.#byOwner.delete(owner);
  }
}
