import type { IndexDescription } from 'mongodb';
import { CONDITIONS, type Condition } from '../../filter.ts';
import { TURN_INDEXES } from './turns.mongo.ts';
import { WORKLOAD_INDEXES } from './workloads.mongo.ts';

/** The member of an entry's document that a condition compares. */
export const FIELDS = {
  parentId: 'source_ids',
  conversationId: 'conversation_id',
  bookId: 'book_id',
  type: 'type',
  state: 'state',
  processorId: 'processor_id',
  schemaId: 'schema_id',
} as const satisfies Record<Condition, string>;

/** Read forwards or backwards. */
const BY_TIME = { created_at: 1, _id: 1 } as const;

/** Members that may be absent. Their indexes leave those entries out; equality implies this condition. */
const PRESENT: Readonly<Record<string, object>> = {
  source_ids: { $gt: '' },
  conversation_id: { $exists: true },
  book_id: { $exists: true },
};

/**
 * An index of entries by these members, then time. A source belongs to one user, so its index needs no user.
 */
function listIndex(...conditions: readonly Condition[]): IndexDescription {
  const fields = conditions.map((condition) => FIELDS[condition]);
  const user = fields.includes('source_ids') ? {} : { user_id: 1 };
  const present = fields.filter((field) => PRESENT[field]).map((field) => [field, PRESENT[field]]);
  return {
    key: { ...user, ...Object.fromEntries(fields.map((field) => [field, 1])), ...BY_TIME },
    ...(present.length > 0 ? { partialFilterExpression: Object.fromEntries(present) } : {}),
  };
}

/** Indexes for one condition. */
export const SINGLE_INDEXES: readonly IndexDescription[] = [
  { key: { user_id: 1, ...BY_TIME } },
  { key: { source_ids: 1, ...BY_TIME } },
  ...CONDITIONS.filter((condition) => condition !== 'parentId').map((condition) => listIndex(condition)),
];

/** Indexes for every two conditions. Unlike PostgreSQL, the server only writes those whose key changes. */
export const PAIR_INDEXES: readonly IndexDescription[] = CONDITIONS.flatMap((first, place) =>
  CONDITIONS.slice(place + 1).map((second) => listIndex(first, second)),
);

/**
 * Indexes for searches. The first has a key for each word of an entry, and null for unknown words. The second has null
 * for entries without a book and a conversation.
 */
export const SEARCH_INDEXES: readonly IndexDescription[] = [
  { key: { user_id: 1, words: 1, ...BY_TIME } },
  { key: { user_id: 1, book_id: 1, conversation_id: 1, ...BY_TIME } },
];

/** Indexes that are built in the background when there are entries. */
export const LATER_INDEXES = [...TURN_INDEXES, ...WORKLOAD_INDEXES, ...PAIR_INDEXES, ...SEARCH_INDEXES];
