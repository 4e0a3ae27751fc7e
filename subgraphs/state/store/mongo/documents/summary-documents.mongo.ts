import type { UpdateFilter } from 'mongodb';
import type {
  CountedEntry,
  Facets,
  Mark,
  Summary,
  SummaryWrite,
  Tally,
  Target,
  Transition,
} from '../counting/counting.ts';
import { chapterFrom } from '../counting/counting.ts';

export interface SummaryId {
  user_id: string;
  kind: Target['kind'];
  key: string;
}

interface TallyDocument {
  kind: Tally['kind'];
  key: string;
  processor_id: string;
  total: number;
}

export interface SummaryDocument {
  _id: SummaryId;
  /** As of `Summary`; so are the next two. */
  generation: number;
  seq: number;
  tallies: readonly TallyDocument[];
  /** By nonce. */
  pending: Record<string, Omit<Transition, 'nonce'>>;
  /** When the last of them was added. */
  pending_since?: Date;
  /** Only for books, conversations and chapters. */
  listed_at?: Date;
  /** The newest draft of a chapter; null for books and conversations. */
  listed_id?: string | null;
  /** Only for chapters. */
  book_id?: string;
  chapter_num?: number;
  /** Only for the user: whether all old entries are counted, and up to which. */
  complete?: boolean;
  counted_to?: string;
}

/** A book whose record is being changed, until its listing is up to date. */
export interface RelistingDocument {
  _id: { user_id: string; id: string };
  /** When the latest of its changes began. */
  since: Date;
}

/** An entry's facets, kept in its tombstone until it is no longer counted. */
export interface FacetsDocument {
  type: string;
  schema_id: string;
  book_id?: string;
  conversation_id?: string;
  chapter_num?: number;
  source_ids: readonly string[];
  created_at: Date;
}

/** The members of an entry or a tombstone that counting reads. */
export interface CountedDocument extends Partial<FacetsDocument> {
  _id: string;
  /** Absent in a tombstone. */
  user_id?: string;
  /** Only in a tombstone. */
  deleted_user_id?: string;
  version: number;
  processor_id: string;
  /** Absent in a tombstone. */
  state?: string;
  /** The mark, absent until the entry is counted; `was`: the facets of a tombstone. */
  counted?: { generation?: number; version?: number; state?: string | null; was?: FacetsDocument };
}

export const COUNTED = {
  user_id: 1,
  deleted_user_id: 1,
  version: 1,
  state: 1,
  processor_id: 1,
  type: 1,
  schema_id: 1,
  book_id: 1,
  conversation_id: 1,
  chapter_num: 1,
  source_ids: 1,
  created_at: 1,
  counted: 1,
} as const;

const FACETS = [
  'type',
  'schema_id',
  'book_id',
  'conversation_id',
  'chapter_num',
  'source_ids',
  'created_at',
] as const;

/** The mark of a tombstone, as an expression on the entry that it replaces. */
export const TOMBSTONE_MARK = {
  $mergeObjects: ['$counted', { was: Object.fromEntries(FACETS.map((name) => [name, `$${name}`])) }],
};

export const summaryId = (userId: string, { kind, key }: Target): SummaryId => ({
  user_id: userId,
  kind,
  key,
});

const toTally = ({ kind, key, processorId, total }: Tally): TallyDocument => ({
  kind,
  key,
  processor_id: processorId,
  total,
});

export const summaryFrom = (document: SummaryDocument): Summary => ({
  target: { kind: document._id.kind, key: document._id.key },
  generation: document.generation,
  seq: document.seq,
  tallies: document.tallies.map(({ processor_id, ...tally }) => ({ ...tally, processorId: processor_id })),
  pending: Object.entries(document.pending).map(([nonce, transition]) => ({ ...transition, nonce })),
  listing: document.listed_at ? { at: document.listed_at, id: document.listed_id ?? null } : null,
});

const toPending = (transitions: readonly Transition[]): SummaryDocument['pending'] =>
  Object.fromEntries(transitions.map(({ nonce, ...transition }) => [nonce, transition]));

const listed = ({ listing }: Summary) => (listing ? { listed_at: listing.at, listed_id: listing.id } : {});

const since = (transitions: readonly Transition[], now: Date) =>
  transitions.length > 0 ? { pending_since: now } : {};

function chapterOf({ kind, key }: Target) {
  if (kind !== 'chapter') return {};
  const { bookId, chapterNum } = chapterFrom(key);
  return { book_id: bookId, chapter_num: chapterNum };
}

export const toSummary = (userId: string, { summary }: SummaryWrite, now: Date): SummaryDocument => ({
  _id: summaryId(userId, summary.target),
  generation: summary.generation,
  seq: summary.seq,
  tallies: summary.tallies.map(toTally),
  pending: toPending(summary.pending),
  ...chapterOf(summary.target),
  ...since(summary.pending, now),
  ...listed(summary),
});

/** Sets only what changed, so that transitions that have ended since do not come back. */
export function summaryUpdate(
  { summary, renewed, begun }: SummaryWrite,
  now: Date,
): UpdateFilter<SummaryDocument> {
  const { generation, seq, tallies, listing, target } = summary;
  const added = Object.entries(toPending(begun)).map(([nonce, one]) => [`pending.${nonce}`, one] as const);
  const gone = [
    ...(listing ? [] : ['listed_at', 'listed_id']),
    ...(renewed && target.kind === 'user' ? ['complete', 'counted_to'] : []),
  ];
  return {
    $set: {
      generation,
      seq,
      tallies: tallies.map(toTally),
      ...(renewed ? { pending: toPending(begun) } : Object.fromEntries(added)),
      ...since(begun, now),
      ...listed(summary),
    },
    ...(gone.length > 0 ? { $unset: Object.fromEntries(gone.map((name) => [name, '' as const])) } : {}),
  };
}

function markFrom({ counted }: CountedDocument): Mark | null {
  const { generation, version, state = null } = counted ?? {};
  return generation === undefined || version === undefined ? null : { generation, version, state };
}

function facetsFrom(document: CountedDocument): Facets | null {
  const source = document.user_id === undefined ? document.counted?.was : document;
  if (!source) return null;
  return {
    processorId: document.processor_id,
    type: source.type ?? '',
    schemaId: source.schema_id ?? '',
    bookId: source.book_id ?? null,
    conversationId: source.conversation_id ?? null,
    sourceIds: source.source_ids ?? [],
    chapterNum: source.chapter_num ?? null,
    createdAt: source.created_at ?? new Date(0),
  };
}

export const countedFrom = (document: CountedDocument): CountedEntry => ({
  id: document._id,
  version: document.version,
  state: document.user_id === undefined ? null : (document.state ?? null),
  facets: facetsFrom(document),
  mark: markFrom(document),
});
