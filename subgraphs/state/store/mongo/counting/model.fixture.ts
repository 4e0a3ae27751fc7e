import type { CountingStore } from './count.ts';
import {
  type CountedEntry,
  entered,
  type Facets,
  type Listing,
  type Mark,
  type Summary,
  type SummaryWrite,
  type Target,
  targetId,
  targetsOf,
} from './counting.ts';

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Holds every step of a process up until it is its turn; one that crashed has no turn any more. */
export class Scheduler {
  readonly #waiting: { readonly process: number; readonly go: () => void }[] = [];
  readonly #crashed = new Set<number>();
  readonly #random: () => number;

  constructor(random: () => number) {
    this.#random = random;
  }

  turn(process: number): Promise<void> {
    return new Promise((resolve) => {
      if (!this.#crashed.has(process)) this.#waiting.push({ process, go: resolve });
    });
  }

  /** Lets processes take their steps in random order until none waits; each dies with this chance at each of its steps. */
  async run(chanceOfCrash: number): Promise<number> {
    await settled();
    while (this.#waiting.length > 0) {
      const [next] = this.#waiting.splice(Math.floor(this.#random() * this.#waiting.length), 1);
      if (!next || this.#crashed.has(next.process)) continue;
      if (this.#random() < chanceOfCrash) this.#crashed.add(next.process);
      else next.go();
      await settled();
    }
    return this.#crashed.size;
  }
}

/** All that follows from a step up to the next one: promises alone, no I/O. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

interface StoredEntry {
  version: number;
  state: string | null;
  facets: Facets | null;
  mark: Mark | null;
}

/** Entries and summaries as a store keeps them that writes one document at a time. */
export class ModelWorld {
  readonly entries = new Map<string, StoredEntry>();
  readonly summaries = new Map<string, Summary>();
  #serial = 0;

  serial(): number {
    this.#serial += 1;
    return this.#serial;
  }

  listing(target: Target): Listing | null {
    const drafts = [...this.entries].flatMap(([id, { state, facets }]) => {
      if (state === null || !facets) return [];
      const isOf = targetsOf(facets).some((one) => targetId(one) === targetId(target));
      return isOf && (target.kind === 'conversationId' || facets.chapterNum !== null)
        ? [{ at: facets.createdAt, id }]
        : [];
    });
    const sorted = drafts.toSorted((a, b) => +a.at - +b.at || (a.id < b.id ? -1 : 1));
    const found = target.kind === 'bookId' ? sorted[0] : sorted.at(-1);
    return found ? { at: found.at, id: target.kind === 'chapter' ? found.id : null } : null;
  }

  /** `guard`: what keeps a summary from counting the same twice. */
  put({ summary, seq, renewed, begun }: SummaryWrite, guard: 'seq' | 'pending'): boolean {
    const name = targetId(summary.target);
    const current = this.summaries.get(name);
    if (guard === 'seq' || !current || renewed) {
      if ((current?.seq ?? null) !== seq) return false;
      // What ended meanwhile does not come back.
      const ended = summary.pending.filter(
        ({ nonce }) =>
          !begun.some((one) => one.nonce === nonce) && !current?.pending.some((one) => one.nonce === nonce),
      );
      const pending = summary.pending.filter((one) => !ended.includes(one));
      this.summaries.set(name, { ...summary, pending });
      return true;
    }
    const fresh = begun.filter(({ id }) => !current.pending.some((one) => one.id === id));
    const steps = fresh.flatMap((transition) => {
      const facets = this.entries.get(transition.id)?.facets;
      return facets ? [{ transition, facets }] : [];
    });
    this.summaries.set(name, entered(summary.target, current, current.generation, steps, 0).summary);
    return fresh.length === begun.length;
  }
}

/** A process's view of the world: each of its reads and writes of a document is a step of its own. */
export function modelStore(
  world: ModelWorld,
  turn: () => Promise<void>,
  guard: 'seq' | 'pending',
): CountingStore {
  return {
    async summaries(_userId, targets) {
      const found: Summary[] = [];
      for (const target of targets) {
        await turn();
        const summary = world.summaries.get(targetId(target));
        if (summary) found.push(summary);
      }
      return found;
    },
    async entries(ids) {
      await turn();
      return ids.flatMap((id): CountedEntry[] => {
        const entry = world.entries.get(id);
        return entry ? [{ id, ...entry }] : [];
      });
    },
    async listing(_userId, target) {
      await turn();
      return world.listing(target);
    },
    async write(_userId, writes) {
      const written: boolean[] = [];
      for (const write of writes) {
        await turn();
        written.push(world.put(write, guard));
      }
      return written;
    },
    async mark(marks) {
      for (const { id, mark } of marks) {
        await turn();
        const entry = world.entries.get(id);
        const before = entry?.mark;
        const isNewer =
          !before ||
          before.generation < mark.generation ||
          (before.generation === mark.generation && before.version < mark.version);
        if (entry && isNewer) entry.mark = mark;
      }
    },
    async clear(_userId, ended) {
      for (const { target, nonces } of ended) {
        await turn();
        const summary = world.summaries.get(targetId(target));
        if (!summary) continue;
        const pending = summary.pending.filter(({ nonce }) => !nonces.includes(nonce));
        world.summaries.set(targetId(target), { ...summary, pending });
      }
    },
    async forgetFacets(ids) {
      await turn();
      for (const id of ids) {
        const entry = world.entries.get(id);
        if (entry?.state === null) entry.facets = null;
      }
    },
    async removeBefore(_userId, generation) {
      for (const name of [...world.summaries.keys()]) {
        await turn();
        const current = world.summaries.get(name);
        if (current && current.generation < generation) world.summaries.delete(name);
      }
    },
    async removeUser(_userId, seq) {
      await turn();
      if (world.summaries.get('user ')?.seq === seq) world.summaries.delete('user ');
    },
    newGeneration: () => world.serial(),
    newSeq: () => world.serial() * 1_000,
    newNonce: () => `${world.serial()}`,
  };
}

export const facetsOf = (index: number): Facets => ({
  processorId: index % 2 === 0 ? 'state' : 'maker',
  type: `type-${index % 2}`,
  schemaId: 'schema',
  bookId: index % 3 === 2 ? null : 'book',
  conversationId: index % 3 === 2 ? 'talk' : null,
  sourceIds: index === 1 ? ['a', 'b'] : [],
  chapterNum: index % 2 === 0 && index % 3 !== 2 ? 1 : null,
  createdAt: new Date(1_000 + (index % 2) + index),
});

/** The summaries that the entries imply. */
export function expectedOf(world: ModelWorld): Map<string, Record<string, number>> {
  const counts = new Map<string, Record<string, number>>();
  const add = (target: string, name: string) => {
    const tallies = counts.get(target) ?? {};
    tallies[name] = (tallies[name] ?? 0) + 1;
    counts.set(target, tallies);
  };
  for (const { state, facets } of world.entries.values()) {
    if (state === null || !facets) continue;
    const { processorId, schemaId } = facets;
    add('user ', `all  ${processorId}`);
    add('user ', `schemaId ${schemaId} ${processorId}`);
    add('user ', `state ${state} ${processorId}`);
    for (const { kind, key } of targetsOf(facets)) add(`${kind} ${key}`, `${kind} ${key} ${processorId}`);
  }
  return counts;
}

/** The actual summaries of the user's generation. */
export function countedOf(world: ModelWorld): Map<string, Record<string, number>> {
  const user = world.summaries.get('user ');
  const current = [...world.summaries].filter(([, { generation }]) => generation === user?.generation);
  return new Map(
    current.flatMap(([name, { tallies }]) =>
      tallies.length === 0
        ? []
        : [
            [
              name,
              Object.fromEntries(
                tallies.map(({ kind, key, processorId, total }) => [`${kind} ${key} ${processorId}`, total]),
              ),
            ] as const,
          ],
    ),
  );
}
