import type { FacetKind } from '../../filter.ts';
import type { IndexEntry } from '../../records.ts';

/**
 * Where entries are counted: one document per user for facets with few values, and one per value for other facets, so
 * that no document grows with the entries.
 */
export interface Target {
  readonly kind: 'user' | Exclude<FacetKind, 'all' | 'schemaId' | 'state'> | 'chapter';
  /** Empty for `user`; {@link chapterKey} for a chapter. */
  readonly key: string;
}

export const USER: Target = { kind: 'user', key: '' };

/** The book and number of a chapter as one key. */
export const chapterKey = (bookId: string, chapterNum: number): string =>
  JSON.stringify([bookId, chapterNum]);

export function chapterFrom(key: string): { readonly bookId: string; readonly chapterNum: number } {
  const [bookId, chapterNum] = JSON.parse(key) as [string, number];
  return { bookId, chapterNum };
}

/** The number of entries of one facet and processor. */
export interface Tally {
  readonly kind: FacetKind | 'chapter';
  /** The facet's value; empty for `all`. */
  readonly key: string;
  readonly processorId: string;
  /** Below 0 in a change that takes entries away. */
  readonly total: number;
}

/** A change of an entry's counted state; a missing entry has no state. */
export interface Transition {
  readonly id: string;
  /** The entry's version after the change. */
  readonly version: number;
  /** Null: the entry was not counted. */
  readonly from: string | null;
  /** Null: the entry was deleted. */
  readonly to: string | null;
  /** Unique: names the transition in every summary that it is pending in. */
  readonly nonce: string;
  /** The facets of an uncounted tombstone; it may lose its own while this is pending. */
  readonly facets?: Facets;
}

/** The listing of a place: a time, and the entry that determines it, if any. */
export interface Listing {
  /** Of a book its creation, of a conversation its newest message, of a chapter its newest draft. */
  readonly at: Date;
  /** The newest draft of a chapter; null for other places. */
  readonly id: string | null;
}

/** A document that holds counts. */
export interface Summary {
  readonly target: Target;
  /** Void unless it equals the user's generation. */
  readonly generation: number;
  /** Changed by every write except those that end a transition. */
  readonly seq: number;
  readonly tallies: readonly Tally[];
  /** Transitions that are already in the tallies, until their entries are marked. */
  readonly pending: readonly Transition[];
  /** Null for what is not a place, and while the place is not listed. */
  readonly listing: Listing | null;
}

/** The counted members of an entry that never change. */
export type Facets = Pick<
  IndexEntry,
  'processorId' | 'type' | 'schemaId' | 'bookId' | 'conversationId' | 'sourceIds' | 'chapterNum' | 'createdAt'
>;

/** The mark on an entry that says how it is counted. */
export interface Mark {
  /** The mark is void unless this equals the generation of the user's summary. */
  readonly generation: number;
  /** The entry's version when it was counted. */
  readonly version: number;
  /** Null: counted as deleted. */
  readonly state: string | null;
}

/** The counted part of an entry; a tombstone keeps its facets until it is no longer counted. */
export interface CountedEntry {
  readonly id: string;
  readonly version: number;
  /** Null: it was deleted. */
  readonly state: string | null;
  readonly facets: Facets | null;
  /** Null: never counted. */
  readonly mark: Mark | null;
}

/** The next state of a summary. */
export interface SummaryWrite {
  readonly summary: Summary;
  /** The summary's number when it was read; null: there was none. */
  readonly seq: number | null;
  /** Whether the existing summary has another generation, and is replaced. */
  readonly renewed: boolean;
  /** The summary's transitions that were added by this write. */
  readonly begun: readonly Transition[];
}

const tally = (kind: Tally['kind'], key: string, processorId: string, total: number): Tally => ({
  kind,
  key,
  processorId,
  total,
});

/** The targets of an entry except the user. */
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

/** Whether a transition affects other documents than the user's; a change of state does not. */
export const isWide = ({ from, to }: Transition): boolean => from === null || to === null;

/** The tallies that a transition adds to a target. */
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

/** A new summary. */
export const emptySummary = (target: Target, generation: number, seq: number): Summary => ({
  target,
  generation,
  seq,
  tallies: [],
  pending: [],
  listing: null,
});

/** The write that adds transitions to a target's summary. `fresh`: a number that no summary of the target has had. */
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

/** Whether a target is listed. */
export const isPlace = ({ kind }: Target): boolean =>
  kind === 'bookId' || kind === 'conversationId' || kind === 'chapter';

const isLater = (one: Listing, than: Listing): boolean =>
  one.at > than.at || (one.at.getTime() === than.at.getTime() && (one.id ?? '') > (than.id ?? ''));

/** The listing of a place after a write that only added entries, which needs no read of the index. */
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
    // An older draft may be from before the book was deleted.
    return came.every(({ facets }) => facets.createdAt >= listing.at) ? listing : null;
  }
  return came
    .map(({ entry, facets }) => ({
      at: facets.createdAt,
      id: target.kind === 'chapter' ? entry.id : null,
    }))
    .reduce<Listing>((newest, one) => (isLater(one, newest) ? one : newest), listing);
}

/** The next action on an entry. */
export type Decision =
  | { readonly kind: 'nothing' }
  /** A transition is in the user's summary, and may be missing from others. */
  | { readonly kind: 'finish'; readonly transition: Transition }
  /** A transition is in all summaries, and the entry is marked. */
  | { readonly kind: 'clear'; readonly transition: Transition }
  | { readonly kind: 'begin'; readonly transition: Transition };

/**
 * Decides on an entry that was read after the user's summary. A transition pending there goes first: an entry has one at
 * a time.
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
  // A listing may have been read while the deleted entry still existed: its places are listed again.
  const unlisted = to === null && counted === null ? entry.facets : null;
  if (from === to && !unlisted) return { kind: 'nothing' };
  return {
    kind: 'begin',
    transition: { id, version, from, to, nonce: nonce(), ...(unlisted && { facets: unlisted }) },
  };
}
