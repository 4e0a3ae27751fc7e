import { randomInt, randomUUID } from 'node:crypto';
import type { AnyBulkWriteOperation, Document, Filter } from 'mongodb';
import { isDuplicateKey } from '../../../../../platform/mongo/duplicate-key.ts';
import type { CountingStore } from '../counting/count.ts';
import { type Mark, type SummaryWrite, type Target, USER } from '../counting/counting.ts';
import type { StateCollections } from '../documents/collections.mongo.ts';
import type { EntryDocument } from '../documents/entry-documents.mongo.ts';
import {
  COUNTED,
  type CountedDocument,
  countedFrom,
  type SummaryDocument,
  summaryFrom,
  summaryId,
  summaryUpdate,
  toSummary,
} from '../documents/summary-documents.mongo.ts';
import { bookTime, conversationTime, newestDraft } from './derived.mongo.ts';

/** Numbers below this fit into 53 bits, with room to count up. */
const FIRST_SEQ = 2 ** 40;

const toOperation = (userId: string, write: SummaryWrite): AnyBulkWriteOperation<SummaryDocument> =>
  write.seq === null
    ? { insertOne: { document: toSummary(userId, write, new Date()) } }
    : {
        updateOne: {
          filter: { _id: summaryId(userId, write.summary.target), seq: write.seq },
          update: summaryUpdate(write, new Date()),
        },
      };

async function write(
  { summaries }: StateCollections,
  userId: string,
  writes: readonly SummaryWrite[],
): Promise<boolean[]> {
  const operations = writes.map((each) => toOperation(userId, each));
  const outcome = (done: boolean) => writes.map(() => done);
  try {
    const { matchedCount, insertedCount } = await summaries.bulkWrite(operations, { ordered: false });
    // The server only returns their number. Written ones are recognised later by their transitions.
    return outcome(matchedCount + insertedCount === writes.length);
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    return outcome(false);
  }
}

async function listing(collections: StateCollections, userId: string, { kind, key }: Target) {
  if (kind === 'chapter') return newestDraft(collections, userId, key);
  const at = await (kind === 'bookId' ? bookTime : conversationTime)(collections, userId, key);
  return at && { at, id: null };
}

/** Marks an entry as counted, unless it bears a later mark. */
function toMarking({ id, mark }: { readonly id: string; readonly mark: Mark }) {
  const { generation, version, state } = mark;
  const isOlder: Document = {
    $or: [
      { 'counted.generation': { $exists: false } },
      { 'counted.generation': { $lt: generation } },
      { 'counted.generation': generation, 'counted.version': { $lt: version } },
    ],
  };
  const filter = { _id: id, ...isOlder } as Filter<EntryDocument>;
  const counted = {
    'counted.generation': generation,
    'counted.version': version,
    'counted.state': state,
  };
  return { updateOne: { filter, update: { $set: counted } } } as AnyBulkWriteOperation<EntryDocument>;
}

/** Takes ended transitions out of a summary. */
function toClearing(_id: SummaryDocument['_id'], nonces: readonly string[]) {
  const $unset = Object.fromEntries(nonces.map((nonce) => [`pending.${nonce}`, '']));
  return { updateOne: { filter: { _id }, update: { $unset } } } as AnyBulkWriteOperation<SummaryDocument>;
}

/** The documents of counting in MongoDB. Each call is one round trip. */
export function createCountingStore(collections: StateCollections): CountingStore {
  const { summaries } = collections;
  const entries = collections.database.collection<EntryDocument>(collections.entries.collectionName);
  return {
    async summaries(userId, targets) {
      const where = { _id: { $in: targets.map((target) => summaryId(userId, target)) } };
      return (await summaries.find(where).toArray()).map(summaryFrom);
    },
    async entries(ids) {
      if (ids.length === 0) return [];
      const found = entries.find<CountedDocument>({ _id: { $in: [...ids] } }, { projection: COUNTED });
      return (await found.toArray()).map(countedFrom);
    },
    listing: (userId, target) => listing(collections, userId, target),
    write: (userId, writes) => write(collections, userId, writes),
    async mark(marks) {
      await entries.bulkWrite(marks.map(toMarking), { ordered: false });
    },
    async clear(userId, ended) {
      const operations = ended.map(({ target, nonces }) => toClearing(summaryId(userId, target), nonces));
      await summaries.bulkWrite(operations, { ordered: false });
    },
    async forgetFacets(ids) {
      const where = { _id: { $in: [...ids] }, deleted_user_id: { $exists: true } } as Filter<EntryDocument>;
      await entries.updateMany(where, { $unset: { 'counted.was': '' } } as Document);
    },
    async removeBefore(userId, generation) {
      await summaries.deleteMany({ '_id.user_id': userId, generation: { $lt: generation } });
    },
    async removeUser(userId, seq) {
      await summaries.deleteOne({ _id: summaryId(userId, USER), seq });
    },
    newGeneration: () => Date.now(),
    newSeq: () => randomInt(FIRST_SEQ),
    newNonce: () => randomUUID(),
  };
}
