import { BYTES_OF_USER, bytesOf, type RegisteredTexts } from './registered-texts.ts';

const BYTES = 32 * 1024 * 1024;

interface Owner {
  bytes: number;
  /** Hashes of the user's texts, least recently used first. */
  readonly hashes: Set<string>;
}

/**
 * Keeps texts in memory. Users who register many evict their own texts, not those of others. Defaults: 32 MiB
 * altogether (`bytes`), 2 MiB for each user (`bytesOfUser`).
 */
export class MemoryTexts implements RegisteredTexts {
  readonly #limit: number;
  readonly #limitOfUser: number;
  readonly #texts = new Map<string, { readonly text: string; readonly userId: string }>();
  readonly #owners = new Map<string, Owner>();
  #bytes = 0;

  constructor({ bytes = BYTES, bytesOfUser = BYTES_OF_USER } = {}) {
    this.#limit = bytes;
    this.#limitOfUser = Math.min(bytes, bytesOfUser);
  }

  get bytes(): number {
    return this.#bytes;
  }

  async get(hash: string): Promise<string | undefined> {
    return this.#use(hash);
  }

  async put(hash: string, text: string, userId: string): Promise<void> {
    const bytes = bytesOf(text);
    if (this.#use(hash) !== undefined || bytes > this.#limitOfUser) return;
    const owner = this.#owners.get(userId) ?? { bytes: 0, hashes: new Set() };
    this.#owners.set(userId, owner);
    this.#texts.set(hash, { text, userId });
    owner.hashes.add(hash);
    this.#count(owner, bytes);
    while (owner.bytes > this.#limitOfUser) this.#dropOldest(owner);
    while (this.#bytes > this.#limit) this.#dropOldest(this.#largest());
  }

  #use(hash: string): string | undefined {
    const known = this.#texts.get(hash);
    if (!known) return undefined;
    const hashes = this.#owners.get(known.userId)?.hashes;
    hashes?.delete(hash);
    hashes?.add(hash);
    return known.text;
  }

  #count(owner: Owner, bytes: number): void {
    owner.bytes += bytes;
    this.#bytes += bytes;
  }

  #largest(): Owner {
    let largest: Owner | undefined;
    for (const owner of this.#owners.values()) if (!largest || owner.bytes > largest.bytes) largest = owner;
    if (!largest) throw new Error('Bytes are counted, but no user has texts');
    return largest;
  }

  #dropOldest(owner: Owner): void {
    const [hash = ''] = owner.hashes;
    const dropped = this.#texts.get(hash);
    if (!dropped) return;
    this.#texts.delete(hash);
    owner.hashes.delete(hash);
    this.#count(owner, -bytesOf(dropped.text));
    if (owner.hashes.size === 0) this.#owners.delete(dropped.userId);
  }
}
