import type { IndexEntry } from '../../documents.ts';
import type { FacetKind } from '../facets.ts';

/**
 * Where entries are counted: one document a user for what has few values, and one for each value of what may have any
 * number, so that no document grows with the entries.
 */
export interface Target {
  readonly kind: 'user' | Exclude<FacetKind, 'all' | 'schemaId' | 'state'> | 'chapter';
  /** Empty for `user`; for a chapter {@link chapterKey}. */
  readonly key: string;
}

export const USER: Target = { kind: 'user', key: '' };

/** Book and number of a chapter, as one key. */
export const chapterKey = (bookId: string, chapterNum: number): string =>
  JSON.stringify([bookId, chapterNum]);

export function chapterFrom(key: string): { readonly bookId: string; readonly chapterNum: number } {
  const [bookId, chapterNum] = JSON.parse(key) as [string, number];
  return { bookId, chapterNum };
}

/** Entries of one facet and processor. */
export interface Tally {
  readonly kind: FacetKind | 'chapter';
  readonly key: string;
  readonly processorId: string;
  readonly total: number;
}

/** A change of what is counted of an entry; one that is absent has no state. */
export interface Transition {
  readonly id: string;
  /** Of the entry, once it has happened. */
  readonly version: number;
  readonly from: string | null;
  readonly to: string | null;
  readonly nonce: string;
  /** Of a tombstone that was not counted: those that it keeps may be removed while this is pending. */
  readonly facets?: Facets;
}

/** What a place is listed by: a time, and an entry where it is one that counts. */
export interface Listing {
  readonly at: Date;
  readonly id: string | null;
}

/** A document of counts. */
export interface Summary {
  readonly target: Target;
  /** Counts of another generation than the user's are void. */
  readonly generation: number;
  /** Differs after every write but those that end a transition. */
  readonly seq: number;
  readonly tallies: readonly Tally[];
  /** Transitions that are in the tallies already, until their entries say so. */
  readonly pending: readonly Transition[];
  readonly listing: Listing | null;
}

/** What is counted of an entry and never changes. */
export type Facets = Pick<
  IndexEntry,
  'processorId' | 'type' | 'schemaId' | 'bookId' | 'conversationId' | 'sourceIds' | 'chapterNum' | 'createdAt'
>;

/** What an entry says of how it is counted. */
export interface Mark {
  readonly generation: number;
  readonly version: number;
  readonly state: string | null;
}

/** An entry as far as it is counted; a tombstone keeps its facets until it is counted no more. */
export interface CountedEntry {
  readonly id: string;
  readonly version: number;
  /** Null: it was deleted. */
  readonly state: string | null;
  readonly facets: Facets | null;
  readonly mark: Mark | null;
}

/** The next state of a summary. */
export interface SummaryWrite {
  readonly summary: Summary;
  /** Of the summary as it was read; null: it was not there. */
  readonly seq: number | null;
  /** Whether what was there is of another generation, and goes. */
  readonly renewed: boolean;
  /** Those of the summary's transitions that came with this write. */
  readonly begun: readonly Transition[];
}

const tally = (kind: Tally['kind'], key: string, processorId: string, total: number): Tally => ({
  kind,
  key,
  processorId,
  total,
});

/** Targets of an entry besides the user's. */
export function targetsOf({ type, bookId, conversationId, sourceIds, chapterNum }: Facets): Target[] {
  return [
    { kind: 'type', key: type },
    ...(bookId === null ? [] : [{ kind: 'bookId', key: bookId } as const]),
    ...(conversationId === null ? [] : [{ kind: 'conversationId', key: conversationId } as const]),
    ...(bookId === null || chapterNum === null
      ? []
      : [{ kind: 'chapter', key: chapterKey(bookId, chapterNum) } as const]),
    ...[...new Set(sourceIds)].map((key) => ({ kind: 'parentId', key }) as const),
  ];
}

export const targetId = ({ kind, key }: Target): string => `${kind} ${key}`;

/** Whether a transition reaches beyond the user's own document: a change of state is counted there alone. */
export const isWide = ({ from, to }: Transition): boolean => from === null || to === null;

/** What a transition adds to a target. */
function deltas({ kind, key }: Target, { processorId, schemaId }: Facets, { from, to }: Transition): Tally[] {
  const present = Number(to !== null) - Number(from !== null);
  if (kind !== 'user') return [tally(kind, key, processorId, present)];
  return [
    ...(present === 0
      ? []
      : [tally('all', '', processorId, present), tally('schemaId', schemaId, processorId, present)]),
    ...(from === null ? [] : [tally('state', from, processorId, -1)]),
    ...(to === null ? [] : [tally('state', to, processorId, 1)]),
  ];
}

function added(tallies: readonly Tally[], more: readonly Tally[]): Tally[] {
  const sums = new Map<string, Tally>();
  for (const each of [...tallies, ...more]) {
    const name = JSON.stringify([each.kind, each.key, each.processorId]);
    const before = sums.get(name);
    sums.set(name, before ? { ...before, total: before.total + each.total } : each);
  }
  return [...sums.values()].filter(({ total }) => total !== 0);
}

/** A summary to begin with. */
export const emptySummary = (target: Target, generation: number, seq: number): Summary => ({
  target,
  generation,
  seq,
  tallies: [],
  pending: [],
  listing: null,
});

/** The write that enters transitions in a target's summary. `fresh`: a number that no summary of the target had. */
export function entered(
  target: Target,
  was: Summary | undefined,
  generation: number,
  transitions: readonly { readonly transition: Transition; readonly facets: Facets }[],
  fresh: number,
): SummaryWrite {
  const current = was?.generation === generation ? was : emptySummary(target, generation, was?.seq ?? fresh);
  const begun = transitions.map(({ transition }) => transition);
  const summary = {
    ...current,
    seq: current.seq + 1,
    tallies: added(
      current.tallies,
      transitions.flatMap(({ transition, facets }) => deltas(target, facets, transition)),
    ),
    pending: [...current.pending, ...begun],
  };
  return { summary, seq: was?.seq ?? null, renewed: was !== undefined && current !== was, begun };
}

/** Whether lists show a target. */
export const isPlace = ({ kind }: Target): boolean =>
  kind === 'bookId' || kind === 'conversationId' || kind === 'chapter';

const isLater = (one: Listing, than: Listing): boolean =>
  one.at > than.at || (one.at.getTime() === than.at.getTime() && (one.id ?? '') > (than.id ?? ''));

/** What a place is listed by after a write, where that needs no look at the index: entries came, and none went. */
export function listingAfter(
  { summary: { target, listing }, seq, renewed }: SummaryWrite,
  steps: readonly {
    readonly entry: { id: string };
    readonly facets: Facets;
    readonly transition: Transition;
  }[],
): Listing | null {
  const isGrowth = steps.every(({ transition: { from, to } }) => from === null && to !== null);
  if (!isGrowth || seq === null || renewed || !listing) return null;
  const came = steps.filter(({ facets }) => target.kind === 'conversationId' || facets.chapterNum !== null);
  if (target.kind === 'bookId') {
    // An older draft may be one of before the book was deleted.
    return came.every(({ facets }) => facets.createdAt >= listing.at) ? listing : null;
  }
  return came
    .map(({ entry, facets }) => ({
      at: facets.createdAt,
      id: target.kind === 'chapter' ? entry.id : null,
    }))
    .reduce<Listing>((newest, one) => (isLater(one, newest) ? one : newest), listing);
}

/** What is to be done about an entry. */
export type Decision =
  | { readonly kind: 'nothing' }
  /** A transition was entered in the user's summary, and may not be in all others yet. */
  | { readonly kind: 'finish'; readonly transition: Transition }
  /** A transition is in all summaries and the entry says so. */
  | { readonly kind: 'clear'; readonly transition: Transition }
  | { readonly kind: 'begin'; readonly transition: Transition };

/**
 * Decides on an entry that was read after the user's summary. A transition that is pending there goes first: one at a
 * time of an entry.
 */
export function decide(user: Summary, entry: CountedEntry, nonce: () => string): Decision {
  const { id, version, state: to, mark } = entry;
  const counted = mark?.generation === user.generation ? mark : null;
  const pending = user.pending.find((transition) => transition.id === id);
  if (pending) {
    const isMarked = counted !== null && counted.version >= pending.version;
    return { kind: isMarked ? 'clear' : 'finish', transition: pending };
  }
  const from = counted?.state ?? null;
  // One that went before it was counted may have been looked at when a place was listed: its places are listed anew.
  const unlisted = to === null && counted === null ? entry.facets : null;
  if (from === to && !unlisted) return { kind: 'nothing' };
  return {
    kind: 'begin',
    transition: { id, version, from, to, nonce: nonce(), ...(unlisted && { facets: unlisted }) },
  };
}
