import { groupBy } from '../../../../../platform/collections/group-by.ts';
import {
  type CountedEntry,
  type Decision,
  decide,
  emptySummary,
  entered,
  type Facets,
  isPlace,
  isWide,
  type Listing,
  listingAfter,
  type Mark,
  type Summary,
  type SummaryWrite,
  type Target,
  type Transition,
  targetId,
  targetsOf,
  USER,
} from './counting.ts';

/** The documents that hold counts, and the counted entries. Each write is of one document. */
export interface CountingStore {
  /** The existing summaries of these targets. */
  summaries(userId: string, targets: readonly Target[]): Promise<Summary[]>;
  /** The entries and tombstones with these ids. */
  entries(ids: readonly string[]): Promise<CountedEntry[]>;
  /** The current listing of a place; null when it is not listed. */
  listing(userId: string, target: Target): Promise<Listing | null>;
  /** Writes each summary that has not changed since it was read. False for the others. */
  write(userId: string, writes: readonly SummaryWrite[]): Promise<boolean[]>;
  /** Marks entries, except those with a mark of a later generation or version. */
  mark(marks: readonly { readonly id: string; readonly mark: Mark }[]): Promise<void>;
  /** Ends transitions in their summaries. */
  clear(
    userId: string,
    ended: readonly { readonly target: Target; readonly nonces: readonly string[] }[],
  ): Promise<void>;
  /** Removes the facets that tombstones keep. */
  forgetFacets(ids: readonly string[]): Promise<void>;
  /** Removes the summaries of earlier generations. */
  removeBefore(userId: string, generation: number): Promise<void>;
  /** Removes the user's own summary if it has not changed since. */
  removeUser(userId: string, seq: number): Promise<void>;
  /** A generation later than all before, e.g. milliseconds of a clock. */
  newGeneration(): number;
  /** An initial number that no summary of the same target has had. */
  newSeq(): number;
  newNonce(): string;
}

interface Known {
  readonly entry: CountedEntry;
  readonly facets: Facets;
}

const isKnown = (entry: CountedEntry): entry is CountedEntry & { facets: Facets } => entry.facets !== null;

/** An entry with its facets; those that a tombstone has lost are taken from its pending transition. */
const withFacets = (entry: CountedEntry, user: Summary | undefined): CountedEntry => ({
  ...entry,
  facets: entry.facets ?? user?.pending.find(({ id }) => id === entry.id)?.facets ?? null,
});

/** Known facets of entries. */
async function facetsOf(store: CountingStore, userId: string, ids: readonly string[]): Promise<Facets[]> {
  const entries = await store.entries(ids);
  const [user] = entries.every(isKnown) ? [] : await store.summaries(userId, [USER]);
  return entries.flatMap((entry) => withFacets(entry, user).facets ?? []);
}

/** A transition with its entry. */
interface Step extends Known {
  readonly transition: Transition;
}

/** All targets of a step except the user. */
const widely = ({ transition, facets }: Step): Target[] => (isWide(transition) ? targetsOf(facets) : []);

function byTarget(steps: readonly Step[]): { target: Target; steps: Step[] }[] {
  const groups = new Map<string, { target: Target; steps: Step[] }>();
  for (const step of steps) {
    for (const target of widely(step)) {
      const group = groups.get(targetId(target)) ?? { target, steps: [] };
      group.steps.push(step);
      groups.set(targetId(target), group);
    }
  }
  return [...groups.values()];
}

/** Reads the listing of a place between reading and writing its summary; `seq` shows any change in between. */
async function withListing(
  store: CountingStore,
  userId: string,
  write: SummaryWrite,
  steps: readonly Step[],
): Promise<SummaryWrite> {
  const listing = listingAfter(write, steps) ?? (await store.listing(userId, write.summary.target));
  return { ...write, summary: { ...write.summary, listing } };
}

/** Adds steps to all summaries except the user's. False when another process changed one of them. */
async function enterWidely(
  store: CountingStore,
  userId: string,
  { generation }: Summary,
  known: ReadonlyMap<string, Summary>,
  steps: readonly Step[],
): Promise<boolean> {
  const writes = byTarget(steps).flatMap(({ target, steps: all }) => {
    const was = known.get(targetId(target));
    const there = was?.generation === generation ? was.pending : [];
    const missing = all.filter(({ transition }) => !there.some(({ nonce }) => nonce === transition.nonce));
    if (missing.length === 0) return [];
    return [{ write: entered(target, was, generation, missing, store.newSeq()), steps: missing }];
  });
  const listed = await Promise.all(
    writes.map(({ write, steps: missing }) =>
      isPlace(write.summary.target) ? withListing(store, userId, write, missing) : write,
    ),
  );
  return listed.length === 0 || (await store.write(userId, listed)).every(Boolean);
}

async function end(store: CountingStore, userId: string, steps: readonly Step[]): Promise<void> {
  const noncesOf = (some: readonly Step[]) => some.map(({ transition }) => transition.nonce);
  const wide = byTarget(steps).map(({ target, steps: some }) => ({ target, nonces: noncesOf(some) }));
  if (wide.length > 0) await store.clear(userId, wide);
  // Last, because it leads to the others.
  await store.clear(userId, [{ target: USER, nonces: noncesOf(steps) }]);
}

/** The user's summary; null when it must be read again. */
async function userSummary(
  store: CountingStore,
  userId: string,
  found: Summary | undefined,
  entries: readonly CountedEntry[],
): Promise<Summary | null> {
  const latest = Math.max(0, ...entries.map(({ mark }) => mark?.generation ?? 0));
  if (found && latest <= found.generation) return found;
  const generation = Math.max(store.newGeneration(), latest + 1, (found?.generation ?? 0) + 1);
  const summary = emptySummary(USER, generation, (found?.seq ?? store.newSeq()) + 1);
  await store.write(userId, [{ summary, seq: found?.seq ?? null, renewed: found !== undefined, begun: [] }]);
  return null;
}

/**
 * Whether entries are still as they were counted. The process that changed an entry and changed it back left it alone,
 * because it saw nothing to count yet.
 */
async function areCurrent(store: CountingStore, ended: readonly Step[]): Promise<boolean> {
  if (ended.length === 0) return true;
  const stateOf = new Map(ended.map(({ transition }) => [transition.id, transition.to]));
  return (await store.entries([...stateOf.keys()])).every(({ id, state }) => stateOf.get(id) === state);
}

/** Tombstones need their facets until no summary has a transition of theirs. */
async function forgetGone(
  store: CountingStore,
  userId: string,
  decided: readonly { readonly entry: CountedEntry; readonly decision: Decision }[],
): Promise<void> {
  const gone = decided.filter(({ entry }) => entry.state === null);
  if (gone.length === 0) return;
  // A summary read before the entries may lack the transition of another process.
  const [user] = await store.summaries(userId, [USER]);
  const pending = new Set(user?.pending.map(({ id }) => id));
  const ids = gone.map(({ entry }) => entry.id).filter((id) => !pending.has(id));
  if (ids.length > 0) await store.forgetFacets(ids);
}

const stepsOf = (decided: readonly (Known & { decision: Decision })[], kind: Decision['kind']): Step[] =>
  decided.flatMap(({ decision, ...known }) =>
    decision.kind === kind && decision.kind !== 'nothing'
      ? [{ ...known, transition: decision.transition }]
      : [],
  );

/**
 * One attempt. Reads the summaries first, then the entries: an unmarked entry was not in a summary when that was read,
 * unless it is pending there, and a later change makes the write fail.
 * @returns whether nothing is left to do
 */
async function attempt(
  store: CountingStore,
  userId: string,
  ids: readonly string[],
  targets: readonly Target[],
): Promise<boolean> {
  const found = await store.summaries(userId, [USER, ...targets]);
  const known = new Map(found.map((summary) => [targetId(summary.target), summary]));
  const all = await store.entries(ids);
  const user = await userSummary(store, userId, known.get(targetId(USER)), all);
  if (!user) return false;
  const decided = all
    .map((entry) => withFacets(entry, user))
    .filter(isKnown)
    .map((entry) => ({ entry, facets: entry.facets, decision: decide(user, entry, store.newNonce) }));
  const begun = stepsOf(decided, 'begin');
  if (begun.length > 0) {
    const [isWritten] = await store.write(userId, [
      entered(USER, user, user.generation, begun, store.newSeq()),
    ]);
    if (!isWritten) return false;
  }
  const unfinished = [...begun, ...stepsOf(decided, 'finish')];
  if (!(await enterWidely(store, userId, user, known, unfinished))) return false;
  const { generation } = user;
  const marks = unfinished.map(({ transition: { id, version, to: state } }) => ({
    id,
    mark: { generation, version, state },
  }));
  if (marks.length > 0) await store.mark(marks);
  const ended = [...unfinished, ...stepsOf(decided, 'clear')];
  if (ended.length > 0) await end(store, userId, ended);
  if (!(await areCurrent(store, ended))) return false;
  await forgetGone(store, userId, decided);
  return true;
}

const distinct = (targets: readonly Target[]): Target[] =>
  [...groupBy(targets, targetId).values()].flatMap((same) => same.slice(0, 1));

/**
 * Counts these entries in a user's summaries. Idempotent; may stop at any point, and run in several processes at once.
 * @param facets those of all the entries, if the caller has them
 * @returns false when other processes interfered in each of `attempts`
 */
export async function countEntries(
  store: CountingStore,
  userId: string,
  ids: readonly string[],
  { facets, attempts = 20 }: { readonly facets?: readonly Facets[]; readonly attempts?: number } = {},
): Promise<boolean> {
  const known = facets ?? (await facetsOf(store, userId, ids));
  const targets = distinct(known.flatMap(targetsOf));
  for (let turn = 0; turn < attempts; turn += 1) {
    if (await attempt(store, userId, ids, targets)) return true;
  }
  return false;
}

/**
 * Removes a user's summaries, which start again with the next counted entry. Concurrent counts are void, or of a later
 * generation.
 * @returns false when other processes interfered each time
 */
export async function forgetSummaries(store: CountingStore, userId: string, attempts = 20): Promise<boolean> {
  for (let turn = 0; turn < attempts; turn += 1) {
    const [found] = await store.summaries(userId, [USER]);
    if (!found) return true;
    const generation = Math.max(store.newGeneration(), found.generation + 1);
    const summary = emptySummary(USER, generation, found.seq + 1);
    const [isWritten] = await store.write(userId, [{ summary, seq: found.seq, renewed: true, begun: [] }]);
    if (!isWritten) continue;
    await store.removeBefore(userId, generation);
    await store.removeUser(userId, summary.seq);
    return true;
  }
  return false;
}

/**
 * Refreshes the listing of a place after a change that is not of its entries.
 * @returns false when other processes interfered each time
 */
export async function relist(
  store: CountingStore,
  userId: string,
  target: Target,
  attempts = 20,
): Promise<boolean> {
  for (let turn = 0; turn < attempts; turn += 1) {
    const found = await store.summaries(userId, [USER, target]);
    const user = found.find((summary) => summary.target.kind === USER.kind);
    if (!user) {
      await userSummary(store, userId, undefined, []);
      continue;
    }
    const was = found.find((summary) => summary !== user);
    const write = entered(target, was, user.generation, [], store.newSeq());
    const listing = await store.listing(userId, target);
    const [isWritten] = await store.write(userId, [{ ...write, summary: { ...write.summary, listing } }]);
    if (isWritten) return true;
  }
  return false;
}
