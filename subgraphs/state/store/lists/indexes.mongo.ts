import type { IndexDescription } from 'mongodb';
import type { StateCollections } from '../collections.mongo.ts';
import { CONDITIONS, type Condition } from './conditions.ts';
import type { Upkeep } from './upkeep.ts';

/** The member of an entry's document that a condition is about. */
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

/** Members that entries may lack. Their indexes leave those out; equality implies the condition. */
const PRESENT: Readonly<Record<string, object>> = {
  source_ids: { $gt: '' },
  conversation_id: { $exists: true },
  book_id: { $exists: true },
};

/**
 * Entries of one value of each of these, by time. A source is its user's own, so that its id leads to its user's
 * entries alone.
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

/** Indexes by one condition. */
export const SINGLE_INDEXES: readonly IndexDescription[] = [
  { key: { user_id: 1, ...BY_TIME } },
  { key: { source_ids: 1, ...BY_TIME } },
  ...CONDITIONS.filter((condition) => condition !== 'parentId').map((condition) => listIndex(condition)),
];

/** Indexes by each two conditions. Unlike PostgreSQL, the server writes only those of which a key changes. */
export const PAIR_INDEXES: readonly IndexDescription[] = CONDITIONS.flatMap((first, place) =>
  CONDITIONS.slice(place + 1).map((second) => listIndex(first, second)),
);

/** Makes the indexes of pairs beside reading and writing; the server goes on with it after a restart. */
export const createUpkeep = ({ entries }: StateCollections): Upkeep => ({
  async upkeep({ signal, logger }) {
    const made = new Set((await entries.indexes()).map(({ key }) => JSON.stringify(key)));
    const missing = PAIR_INDEXES.filter(({ key }) => !made.has(JSON.stringify(key)));
    if (missing.length === 0) return;
    logger.info('making indexes of lists; until they are there, lists of many blobs take longer');
    for (const index of missing) {
      signal.throwIfAborted();
      await entries.createIndexes([index]);
    }
    logger.info('indexes of lists are made');
  },
});
