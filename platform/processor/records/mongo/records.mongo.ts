import type { Collection, Db } from 'mongodb';
import { behind } from '../../../mongo/behind.ts';
import { isDuplicateKey } from '../../../mongo/duplicate-key.ts';
import { insertOrFind } from '../../../mongo/insert-or-find.ts';
import { type BlobRecord, type NewRecord, storedAs } from '../record.ts';
import type { RecordPage, Records, RecordsDefinition, Stored, Wanted } from '../records.ts';
import { storable } from '../storable.ts';
import { isOlder, projectionOf, type RecordDocument, recordFrom, toDocument } from './document.ts';
import { createInventory } from './inventory.mongo.ts';
import { migrateDocuments } from './migrate.ts';

type Documents = Collection<RecordDocument>;

/** The highest number that an erased record had, of those with the same values: no number is given twice. */
interface NumberDocument {
  _id: { user_id: string; of: string };
  number: number;
}
type Numbers = Collection<NumberDocument>;

const INDEXES = [
  { key: { user_id: 1, created_at: 1, _id: 1 } },
  { key: { registered_at: 1, refusal: 1, register_at: 1, _id: 1 } },
  // An allocated number is given only once.
  {
    key: { user_id: 1, 'allocation.of': 1, 'allocation.number': 1 },
    unique: true,
    partialFilterExpression: { allocation: { $exists: true } },
  },
] as const;

class MongoRecords {
  readonly #documents: Documents;
  readonly #numbers: Numbers;
  readonly #definition: RecordsDefinition;

  constructor(documents: Documents, numbers: Numbers, definition: RecordsDefinition) {
    this.#documents = documents;
    this.#numbers = numbers;
    this.#definition = definition;
  }

  async find(id: string, wanted: Wanted): Promise<BlobRecord | null> {
    const { command: _, ...projection } = projectionOf(this.#definition, wanted);
    const document = await this.#documents.findOne({ _id: id }, { projection });
    return document && this.#record(document, wanted);
  }

  async byIds(userId: string, ids: readonly string[], wanted: Wanted): Promise<BlobRecord[]> {
    const projection = projectionOf(this.#definition, wanted);
    const found = this.#documents.find({ _id: { $in: [...ids] }, user_id: userId }, { projection });
    return this.#records(await found.toArray(), wanted);
  }

  async page(userId: string, { since, after, limit }: RecordPage, wanted: Wanted): Promise<BlobRecord[]> {
    const conditions = [
      { user_id: userId, content_hash: { $ne: null } },
      ...(since ? [{ created_at: { $gte: since } }] : []),
      ...(after ? [behind(after, 'ASC')] : []),
    ];
    const projection = projectionOf(this.#definition, wanted);
    const found = this.#documents
      .find({ $and: conditions }, { projection })
      .sort({ created_at: 1, _id: 1 })
      .limit(limit);
    return this.#records(await found.toArray(), wanted);
  }

  /** One of an earlier form is read whole: what is made of it may stand on members that are not wanted. */
  async #record(document: RecordDocument, wanted: Wanted): Promise<BlobRecord> {
    const isWhole = wanted === 'all' || !isOlder(this.#definition, document);
    const whole = isWhole ? null : await this.#documents.findOne({ _id: document._id });
    return recordFrom(this.#definition, whole ?? document, wanted);
  }

  #records(documents: readonly RecordDocument[], wanted: Wanted): Promise<BlobRecord[]> {
    return Promise.all(documents.map((document) => this.#record(document, wanted)));
  }

  /** The next number among the user's records that have the same values; undefined where nothing is given. */
  async #allocate(record: NewRecord): Promise<RecordDocument['allocation']> {
    const { allocates } = this.#definition;
    if (!allocates || record.contentHash === null) return undefined;
    const of = JSON.stringify(allocates.within.map((member) => record.data[member]));
    const newest = await this.#documents.findOne(
      { user_id: record.userId, 'allocation.of': of },
      { sort: { 'allocation.number': -1 }, projection: { allocation: 1 } },
    );
    // Read last: who erases notes the number first.
    const erased = await this.#numbers.findOne({ _id: { user_id: record.userId, of } });
    return { of, number: Math.max(newest?.allocation?.number ?? 0, erased?.number ?? 0) + 1 };
  }

  /** The record as it will be stored, with its document. */
  async #made(record: NewRecord) {
    const { allocates } = this.#definition;
    const allocation = await this.#allocate(record);
    const allocated = allocation && allocates ? { [allocates.member]: allocation.number } : {};
    const stored = storedAs(
      { ...record, data: { ...record.data, ...allocated } },
      record.describe(allocated),
    );
    const document = await toDocument(
      this.#definition,
      { ...stored, registerAt: record.registerAt },
      allocation,
    );
    return { stored, document };
  }

  /** Does it again while another takes the number that it was to have: one of both always gets on. */
  async #untilGiven<T>(work: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await work();
      } catch (error) {
        if (!isDuplicateKey(error)) throw error;
      }
    }
  }

  async insert(given: NewRecord): Promise<Stored> {
    const record = storable(this.#definition, given);
    if (!this.#definition.allocates) {
      const { stored, document } = await this.#made(record);
      const existing = await insertOrFind(this.#documents, document);
      if (!existing) return { stored, inserted: true };
      return { stored: await recordFrom(this.#definition, existing, 'all'), inserted: false };
    }
    return this.#untilGiven(async () => {
      const existing = await this.find(record.id, 'all');
      if (existing) return { stored: existing, inserted: false };
      const { stored, document } = await this.#made(record);
      await this.#documents.insertOne(document);
      return { stored, inserted: true };
    });
  }

  async complete(given: NewRecord): Promise<Stored | null> {
    const record = storable(this.#definition, given);
    return this.#untilGiven(async () => {
      const { document } = await this.#made(record);
      // It may have become stale while it was pending.
      const { _id, stale: _stale, ...content } = document;
      const { matchedCount } = await this.#documents.updateOne(
        { _id, content_hash: null },
        { $set: content },
      );
      const stored = await this.find(record.id, 'all');
      return stored && { stored, inserted: matchedCount === 1 };
    });
  }
}

const registrations = (documents: Documents) =>
  ({
    async dueRegistrations(now, limit) {
      // Times are whole milliseconds, so this is `$lte`, which SecantusDB 0.7 takes for `$lt` where the index goes on.
      const due = { $lt: new Date(now.getTime() + 1) };
      const found = await documents
        .find({ registered_at: null, refusal: null, register_at: due })
        .sort({ register_at: 1, _id: 1 })
        .limit(limit)
        .project<{ _id: string }>({ _id: 1 })
        .toArray();
      return found.map(({ _id }) => _id);
    },
    async markRegistered({ id, contentHash }, at) {
      await documents.updateOne(
        { _id: id, registered_at: null, content_hash: contentHash },
        { $set: { registered_at: at, refusal: null } },
      );
    },
    async refuseRegistration(id, reason) {
      await documents.updateOne({ _id: id, registered_at: null }, { $set: { refusal: reason } });
    },
    async postponeRegistration(id, dueAt) {
      await documents.updateOne(
        { _id: id },
        { $set: { register_at: dueAt }, $inc: { register_attempts: 1 } },
      );
    },
  }) satisfies Partial<Records>;

async function keepNumbers(documents: Documents, numbers: Numbers, userId: string, ids: readonly string[]) {
  const gone = documents.find({ _id: { $in: [...ids] }, user_id: userId, allocation: { $exists: true } });
  for (const { allocation } of await gone
    .project<Pick<RecordDocument, 'allocation'>>({ allocation: 1 })
    .toArray()) {
    if (!allocation) continue;
    const { of, number } = allocation;
    await numbers.updateOne({ _id: { user_id: userId, of } }, { $max: { number } }, { upsert: true });
  }
}

const eraser = (documents: Documents, numbers: Numbers, { allocates }: RecordsDefinition) =>
  ({
    async erase(userId, ids) {
      if (allocates) await keepNumbers(documents, numbers, userId, ids);
      await documents.deleteMany({ _id: { $in: [...ids] }, user_id: userId });
    },
    async eraseUser(userId, limit) {
      if (allocates) await numbers.deleteMany({ '_id.user_id': userId });
      const found = documents.find({ user_id: userId }).limit(limit).project<{ _id: string }>({ _id: 1 });
      const ids = (await found.toArray()).map(({ _id }) => _id);
      if (ids.length > 0) await documents.deleteMany({ _id: { $in: ids }, user_id: userId });
      return ids;
    },
    async markStale(userId, ids) {
      await documents.updateMany({ _id: { $in: [...ids] }, user_id: userId }, { $set: { stale: true } });
    },
  }) satisfies Partial<Records>;

/** A processor's records in MongoDB (7 or later, a replica set). `database` must write with `{ w: 'majority', j: true }`. */
export function createMongoRecords(database: Db, definition: RecordsDefinition): Records {
  const documents = database.collection<RecordDocument>(definition.name);
  const numbers = database.collection<NumberDocument>(`${definition.name}_numbers`);
  const own = new MongoRecords(documents, numbers, definition);
  return {
    ...registrations(documents),
    ...eraser(documents, numbers, definition),
    ...createInventory(documents),
    async prepare() {
      await documents.createIndexes(INDEXES.map((index) => ({ ...index })));
      await migrateDocuments(documents, definition);
    },
    async ping() {
      await database.command({ ping: 1 });
    },
    find: (id, wanted) => own.find(id, wanted),
    insert: (record) => own.insert(record),
    complete: (record) => own.complete(record),
    byIds: (userId, ids, wanted) => own.byIds(userId, ids, wanted),
    page: (userId, page, wanted) => own.page(userId, page, wanted),
  };
}
