import type { Derivation } from '../../clients/state.ts';
import { FairQueue } from '../../concurrency/fair-queue.ts';
import { BlobgraphError } from '../../errors/errors.ts';
import { derivedBlobId } from '../../ids/ids.ts';
import { bounded, TookTooLong } from '../../time/bounded.ts';
import { deadlineExceeded, timeFor, withoutDeadline } from '../../time/deadline.ts';
import type { Kit } from '../kit/kit.ts';
import { plainReader, type Reader } from '../kit/reader.ts';
import { assertMayMake } from '../kit/standing.ts';
import type { BlobRecord } from '../records/record.ts';
import { withinLimit } from '../runs/limits.ts';
import { readSources, type Source } from '../runs/sources.ts';
import { makeRecord } from '../worker/make.ts';

/** Dependencies of rebuilding. */
export type RebuilderDependencies = Omit<
  Kit,
  'reader' | 'tags' | 'artifacts' | 'files' | 'objects' | 'sweeper'
>;

/** Sources that are read together: a text may have 5 MiB. */
const READ_TOGETHER = 10;
/** Blobs that the index is asked about at once. */
const ASKED_TOGETHER = 1_000;
/** Blobs that wait to be made again, all users' together. */
const MAX_WAITING = 2_000;
/** How long one waits for its turn. */
const PATIENCE_MS = 120_000;
/** The longest wait for one, when its caller has more time. */
const WAIT_MS = 20_000;

const olderVersion = () =>
  new BlobgraphError(
    'CONTENT_MISSING',
    'Another version of its processor made it, whose content was dropped. `reprocess` makes it anew.',
  );

/**
 * Makes blobs again that their store has dropped: once, however many ask at once, a few at a time, users taking turns, and
 * also when who asked first has no more time. What was deleted is not made, and does not stay when it is deleted meanwhile.
 */
class Rebuilder implements Reader {
  readonly #kit: RebuilderDependencies;
  readonly #plain: Reader;
  /** Blobs that are being made, by id. */
  readonly #making = new Map<string, Promise<BlobRecord | null>>();
  readonly #turns: FairQueue;

  constructor(kit: RebuilderDependencies) {
    this.#kit = kit;
    this.#plain = plainReader(kit.records);
    this.#turns = new FairQueue({
      name: 'blobs to be made again',
      capacity: kit.definition.limits.concurrency,
      maxWaiting: MAX_WAITING,
      patienceMs: PATIENCE_MS,
    });
  }

  async byIds(...asked: Parameters<Reader['byIds']>): ReturnType<Reader['byIds']> {
    const [userId, ids, wanted] = asked;
    const there = await this.#plain.byIds(...asked);
    const lacking = [...new Set(ids)].filter((id) => !there.has(id));
    if (lacking.length === 0) return there;
    const waited = await this.#waitFor(userId, lacking);
    const made = [...waited].flatMap(([id, one]) => (one instanceof Error ? [] : [id]));
    // Members are read as for what was there.
    const again = made.length > 0 ? await this.#plain.byIds(userId, made, wanted) : new Map();
    const failed = [...waited].filter(([, one]) => one instanceof Error) as [string, Error][];
    return new Map([...there, ...again, ...failed]);
  }

  /** Each of these that is made again, or why it cannot be. */
  async #waitFor(userId: string, ids: readonly string[]): Promise<Map<string, BlobRecord | Error>> {
    const outcomes = new Map<string, BlobRecord | Error>();
    const wait = async (id: string, making: Promise<BlobRecord | null>) => {
      try {
        const made = await bounded('Making it again', timeFor(WAIT_MS), making);
        if (made) outcomes.set(id, made);
      } catch (error) {
        outcomes.set(id, error instanceof TookTooLong ? deadlineExceeded(error) : (error as Error));
      }
    };
    const begun = new Map<string, Promise<BlobRecord | null>>();
    for (const id of ids) {
      const making = this.#making.get(id);
      if (making) begun.set(id, making);
    }
    const others = ids.filter((id) => !begun.has(id));
    for (let start = 0; start < others.length; start += ASKED_TOGETHER) {
      const some = others.slice(start, start + ASKED_TOGETHER);
      try {
        const known = await this.#kit.state.derivations(userId, some);
        for (const [id, making] of this.#begin(userId, known)) begun.set(id, making);
      } catch (error) {
        // Whether there are such blobs cannot be told: those that were there are not kept back.
        for (const id of some) outcomes.set(id, error as Error);
      }
    }
    await Promise.all([...begun].map(([id, making]) => wait(id, making)));
    return outcomes;
  }

  /** Has those made that are not being made. */
  #begin(userId: string, known: readonly Derivation[]): Map<string, Promise<BlobRecord | null>> {
    const { id: processor, version } = this.#kit.definition;
    const begun = new Map<string, Promise<BlobRecord | null>>();
    const fresh: Derivation[] = [];
    for (const one of known) {
      const making = this.#making.get(one.id);
      const isOurs = derivedBlobId(one.source.id, processor, version, one.generation) === one.id;
      if (making) begun.set(one.id, making);
      else if (isOurs) fresh.push(one);
      else begun.set(one.id, rejected(olderVersion()));
    }
    for (let start = 0; start < fresh.length; start += READ_TOGETHER) {
      const some = fresh.slice(start, start + READ_TOGETHER);
      const reading = new Sources(this.#kit, userId, some);
      for (const one of some) begun.set(one.id, this.#make(userId, one, reading));
    }
    return begun;
  }

  #make(userId: string, one: Derivation, sources: Sources): Promise<BlobRecord | null> {
    const work = () => this.#turns.run(userId, () => this.#rebuild(userId, one, sources));
    // It serves whoever asks next, too.
    const making = withoutDeadline(work).finally(() => this.#making.delete(one.id));
    making.catch(() => undefined);
    this.#making.set(one.id, making);
    return making;
  }

  async #rebuild(userId: string, one: Derivation, sources: Sources): Promise<BlobRecord | null> {
    const { clock, definition, logger, records, standing, state } = this.#kit;
    const { id, generation, title, created_at } = one;
    assertMayMake(definition.id, standing());
    const source = await sources.get(one.source.id);
    if (!source) return null;
    const { run } = definition;
    if (!run) throw new Error(`${definition.id} has no run`);
    const request = { id, userId, source, sources: [source], plan: undefined, onProgress: () => undefined };
    const record = await withinLimit(definition.limits.seconds, null, (signal) =>
      makeRecord(this.#kit, {
        request: { ...request, signal },
        run,
        sourceIds: [source.id],
        generation,
        onDemand: false,
        inputHash: null,
        command: null,
        title,
        createdAt: new Date(created_at),
      }),
    );
    const { stored } = await records.insert(record);
    // The index has it: that is where it was found.
    await records.markRegistered(stored, clock.now());
    logger.debug({ blobId: id }, 'a blob was made again that the store had dropped');
    // Deleted meanwhile: whoever deletes after this finds it stored.
    const [still] = await state.derivations(userId, [id]);
    if (still) return stored;
    await records.erase(userId, [id]);
    return null;
  }
}

/** Sources of some blobs, read once, when the first of them is made. */
class Sources {
  readonly #read: () => Promise<readonly Source[]>;
  #sources: Promise<readonly Source[]> | undefined;

  constructor(kit: RebuilderDependencies, userId: string, derivations: readonly Derivation[]) {
    const named = [...new Map(derivations.map(({ source }) => [source.id, source])).values()];
    this.#read = () => readSources(kit, userId, named);
  }

  async get(id: string): Promise<Source | undefined> {
    this.#sources ??= this.#read();
    return (await this.#sources).find((source) => source.id === id);
  }
}

function rejected(error: Error): Promise<never> {
  const promise = Promise.reject(error);
  promise.catch(() => undefined);
  return promise;
}

export const createRebuilder = (kit: RebuilderDependencies): Reader => new Rebuilder(kit);
