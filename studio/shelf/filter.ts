import type { BlobFilter, ProcessingState } from 'blobgraph/client';
import type { BlobRowFragment } from '../graph/operations.generated.ts';

/** Conditions on the shelf's list, as its address says them. Empty: none. */
export interface ShelfFilter {
  readonly text: string;
  readonly type: string;
  readonly state: ProcessingState | '';
  readonly book: string;
  /** In no book and no conversation; `book` is empty then. */
  readonly unfiled: boolean;
  /** The processor that made it. */
  readonly by: string;
  /** Days of the reader's calendar, e.g. `2026-01-31`, both included. */
  readonly from: string;
  readonly to: string;
}

export const STATES = [
  'STORED',
  'PENDING',
  'PROCESSING',
  'COMPLETED',
  'FAILED',
] as const satisfies ProcessingState[];

export const MAX_TEXT = 200;
const MAX_WORDS = 16;
const DAY = /^\d{4}-\d{2}-\d{2}$/;

const isDay = (text: string): boolean => DAY.test(text) && !Number.isNaN(new Date(text).getTime());
const dayIn = (text: string | null): string => (text && isDay(text) ? text : '');

/** Reads the filter in an address; what it says wrong is no condition. */
export function filterIn(search: string): ShelfFilter {
  const asked = new URLSearchParams(search);
  const unfiled = asked.get('unfiled') === '1';
  return {
    text: (asked.get('text') ?? '').slice(0, MAX_TEXT),
    type: asked.get('type') ?? '',
    state: STATES.find((state) => state === asked.get('state')) ?? '',
    book: unfiled ? '' : (asked.get('book') ?? ''),
    unfiled,
    by: asked.get('by') ?? '',
    from: dayIn(asked.get('from')),
    to: dayIn(asked.get('to')),
  };
}

/** The address of a filter. */
export function addressOf({ unfiled, ...others }: ShelfFilter): string {
  const search = new URLSearchParams(Object.entries(others).filter(([, value]) => value !== ''));
  if (unfiled) search.set('unfiled', '1');
  return search.size === 0 ? '/' : `/?${search}`;
}

/** The start of a day in the reader's time zone, `days` later. */
function startOf(day: string, days = 0): string {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
  return new Date(year, month - 1, date + days).toISOString();
}

const wordsOf = (text: string): string[] => text.trim().split(/\s+/).filter(Boolean);

/** The fault of the words that are searched for; undefined: none. */
export const faultOfText = (text: string): string | undefined =>
  wordsOf(text).length > MAX_WORDS ? `At most ${MAX_WORDS} words can be searched for.` : undefined;

/** The filter as the graph takes it; undefined: none. */
export function asked(filter: ShelfFilter): BlobFilter | undefined {
  const { text, type, state, book, unfiled, by, from, to } = filter;
  const words = wordsOf(text).slice(0, MAX_WORDS).join(' ');
  const conditions: BlobFilter = {
    ...(words && { text: words }),
    ...(type && { type }),
    ...(state && { state }),
    ...(book && { bookId: book }),
    ...(unfiled && { unfiled }),
    ...(by && { processorId: by }),
    ...(from && { createdAfter: startOf(from) }),
    ...(to && { createdBefore: startOf(to, 1) }),
  };
  return Object.keys(conditions).length === 0 ? undefined : conditions;
}

/** Whether a blob is let through; undefined: only the graph can tell, which knows its words and its book. */
export function letsThrough(
  filter: BlobFilter | undefined,
  { type, processorId, createdAt, processing }: BlobRowFragment,
): boolean | undefined {
  if (!filter) return true;
  const { createdAfter, createdBefore } = filter;
  if (filter.type && filter.type !== type) return false;
  if (filter.processorId && filter.processorId !== processorId) return false;
  if (filter.state && filter.state !== processing.state) return false;
  if (createdAfter && createdAt < createdAfter) return false;
  if (createdBefore && createdAt >= createdBefore) return false;
  return filter.text || filter.bookId || filter.unfiled ? undefined : true;
}
