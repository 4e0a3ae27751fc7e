import { copy, type Values } from '../execution/data/values.ts';
import type { EntityCache, KeptEntities } from '../execution/steps/kept-entities.ts';
import { LARGE_BYTES } from '../subgraphs/large.ts';
import { Deletions, type Moment } from './deletions.ts';
import { heapBytes } from './heap-bytes.ts';
import { Room } from './room.ts';

/** A newer release of a subgraph may put the same into other words. */
const ENTITY_MAX_AGE_MS = 3_600_000;
/** Beside that of the entities in it. */
const ANSWER_MAX_AGE_MS = 300_000;
/** The part of the memory that whole answers may take. */
const SHARE_OF_ANSWERS = 1 / 4;

interface KeptEntity {
  readonly entity: Values;
  readonly blobId: string;
}

/** The answer to an operation, and what the subgraphs said that were asked for it. */
interface KeptAnswer {
  readonly json: string;
  readonly told: string;
  /** Entities in it that were kept. */
  readonly entities: number;
}

/** Since the process started, but for `bytes`, `entities` and `answers`. */
export interface EntityCacheUsage {
  readonly bytes: number;
  readonly entities: number;
  readonly answers: number;
  readonly hits: number;
  readonly misses: number;
  /** Entities and answers that went because others needed their room. */
  readonly evictions: number;
  /** How often all of it went, because deletions could not be followed. */
  readonly losses: number;
}

export interface EntityCacheOptions<Context> {
  /** Bound of all entities and answers with their keys, by estimate. */
  readonly maxBytes: number;
  readonly mayKeep: EntityCache<Context>['mayKeep'];
  /** Tells callers apart who may get different answers. */
  readonly callerOf: (context: Context) => string;
  /** The user whose blobs a caller sees. */
  readonly userOf: (context: Context) => string;
  /** Monotonic, in milliseconds. Default: `performance.now`. */
  readonly now?: () => number;
}

/**
 * Entities of blobs, which never change, by caller, selection and representation; and answers, which are the same as long
 * as the subgraphs say the same and the entities in them are kept. A blob that was deleted leaves it with all answers of
 * its user, and an operation that began before the deletion does not bring them back. It answers and takes nothing from
 * when it was last told, by {@link BlobEntityCache.followed}, that it knows all deletions.
 */
export class BlobEntityCache<Context> implements EntityCache<Context> {
  readonly mayKeep: EntityCache<Context>['mayKeep'];
  readonly #callerOf: EntityCacheOptions<Context>['callerOf'];
  readonly #userOf: EntityCacheOptions<Context>['userOf'];
  readonly #now: () => number;
  /** Of callers. */
  readonly #entities: Room<KeptEntity>;
  /** Of users. */
  readonly #answers: Room<KeptAnswer>;
  readonly #byBlob = new Map<string, Set<string>>();
  readonly #deletions = new Deletions();
  readonly #deletionsOf = new Deletions();
  #knownUntil = Number.NEGATIVE_INFINITY;
  #counts = { hits: 0, misses: 0, losses: 0 };

  constructor(options: EntityCacheOptions<Context>) {
    const { maxBytes, mayKeep, callerOf, userOf, now = () => performance.now() } = options;
    this.mayKeep = mayKeep;
    this.#callerOf = callerOf;
    this.#userOf = userOf;
    this.#now = now;
    this.#entities = new Room({
      maxBytes: maxBytes * (1 - SHARE_OF_ANSWERS),
      maxAgeMs: ENTITY_MAX_AGE_MS,
      now,
      left: (key, { blobId }) => this.#unlist(key, blobId),
    });
    this.#answers = new Room({ maxBytes: maxBytes * SHARE_OF_ANSWERS, maxAgeMs: ANSWER_MAX_AGE_MS, now });
  }

  get usage(): EntityCacheUsage {
    const [entities, answers] = [this.#entities, this.#answers];
    return {
      ...this.#counts,
      bytes: entities.bytes + answers.bytes,
      entities: entities.size,
      answers: answers.size,
      evictions: entities.evictions + answers.evictions,
    };
  }

  open(context: Context): KeptEntities {
    const [caller, user] = [this.#callerOf(context), this.#userOf(context)];
    const began = { of: this.#deletions.now, ofUser: this.#deletionsOf.now };
    let [bytes, given] = [0, 0];
    return {
      get: (selection, representation) => {
        const key = keyOf(caller, `${selection} ${representation}`);
        const known = this.#isFollowing() ? this.#entities.get(key) : undefined;
        // Large operations wait for one another by what subgraphs answer them: they ask.
        if (!known || bytes + known.bytes > LARGE_BYTES) {
          this.#counts.misses += 1;
          return undefined;
        }
        bytes += known.bytes;
        given += 1;
        this.#counts.hits += 1;
        return known.value.entity;
      },
      put: (selection, representation, entity) =>
        this.#keep(keyOf(caller, `${selection} ${representation}`), entity, {
          representation,
          caller,
          began: began.of,
        }),
      answer: (question, told) => {
        const key = keyOf(caller, question);
        const known = this.#isFollowing() ? this.#answers.get(key)?.value : undefined;
        if (known?.told !== told) return undefined;
        this.#counts.hits += known.entities;
        return known.json;
      },
      putAnswer: (question, told, json) => {
        // Without kept entities in it, nothing of it may be kept.
        if (given === 0 || !this.#isFollowing() || this.#deletionsOf.isSince(began.ofUser, user)) return;
        const answer = { json, told, entities: given };
        this.#answers.put(keyOf(caller, question), answer, { owner: user, valueBytes: heapBytes(answer) });
      },
    };
  }

  /** A blob of a user was deleted. */
  deleted(blobId: string, userId: string): void {
    this.#deletions.note(blobId);
    this.#deletionsOf.note(userId);
    for (const key of [...(this.#byBlob.get(blobId) ?? [])]) this.#entities.delete(key);
    this.#answers.deleteOf(userId);
  }

  /** Its deletions are known up to now, and the cache may be used until then. */
  followed(until: number): void {
    this.#knownUntil = until;
  }

  /** Deletions may have been missed: all goes, until it is {@link followed} again. */
  lost(): void {
    this.#knownUntil = Number.NEGATIVE_INFINITY;
    if (this.#entities.size + this.#answers.size > 0) this.#counts.losses += 1;
    this.#deletions.noteAll();
    this.#deletionsOf.noteAll();
    this.#entities.clear();
    this.#answers.clear();
  }

  #isFollowing(): boolean {
    return this.#now() < this.#knownUntil;
  }

  #keep(key: string, entity: Values, of: { representation: string; caller: string; began: Moment }): void {
    if (!this.#isFollowing()) return;
    const { id: blobId } = JSON.parse(of.representation) as { id?: unknown };
    if (typeof blobId !== 'string' || this.#deletions.isSince(of.began, blobId)) return;
    const value = { entity: copy(entity), blobId };
    if (!this.#entities.put(key, value, { owner: of.caller, valueBytes: heapBytes(entity) })) return;
    const keys = this.#byBlob.get(blobId) ?? new Set();
    this.#byBlob.set(blobId, keys.add(key));
  }

  #unlist(key: string, blobId: string): void {
    const keys = this.#byBlob.get(blobId);
    keys?.delete(key);
    if (keys?.size === 0) this.#byBlob.delete(blobId);
  }
}

const keyOf = (caller: string, kept: string): string => `${caller} ${kept}`;
