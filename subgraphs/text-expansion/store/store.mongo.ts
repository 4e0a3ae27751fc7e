import type { Db } from 'mongodb';
import { behind } from '../../../platform/mongo/behind.ts';
import { insertOrFind } from '../../../platform/mongo/insert-or-find.ts';
import {
  type ExpandedTextDocument,
  recordFrom,
  type SummaryDocument,
  summaryFrom,
  toDocument,
} from './documents.mongo.ts';
import { createInventory } from './inventory.mongo.ts';
import type { ExpandedTextStore } from './store.ts';

/** Expansions in MongoDB (7 or later, a replica set). `database` must write with `{ w: 'majority', j: true }`. */
export function createMongoExpandedTextStore(database: Db): ExpandedTextStore {
  const texts = database.collection<ExpandedTextDocument>('expanded_texts');
  const of = (userId: string, ids: readonly string[]) => ({ _id: { $in: [...ids] }, user_id: userId });
  return {
    ...createInventory(texts),
    async prepare() {
      await texts.createIndexes([
        { key: { user_id: 1, created_at: 1, _id: 1 } },
        { key: { registered_at: 1, quarantined: 1, created_at: 1, _id: 1 } },
      ]);
    },
    async ping() {
      await database.command({ ping: 1 });
    },
    async find(id) {
      const document = await texts.findOne({ _id: id });
      return document && recordFrom(document);
    },
    async insert(record) {
      const existing = await insertOrFind(texts, await toDocument(record));
      return { stored: existing ? await recordFrom(existing) : record, inserted: existing === null };
    },
    async byIds(userId, ids) {
      return Promise.all((await texts.find(of(userId, ids)).toArray()).map(recordFrom));
    },
    async summaries(userId, ids) {
      const projection = { 'data.original': 0, 'data.expanded': 0 };
      const found = await texts.find<SummaryDocument>(of(userId, ids), { projection }).toArray();
      return Promise.all(found.map(summaryFrom));
    },
    async page(userId, { since, after, limit }) {
      const conditions = [
        { user_id: userId },
        ...(since ? [{ created_at: { $gte: since } }] : []),
        ...(after ? [behind(after, 'ASC')] : []),
      ];
      const found = texts.find({ $and: conditions }).sort({ created_at: 1, _id: 1 }).limit(limit);
      return Promise.all((await found.toArray()).map(recordFrom));
    },
    async markRegistered(id, at) {
      const registered = { registered_at: at, quarantined: null };
      await texts.updateOne({ _id: id, registered_at: null }, { $set: registered });
    },
    async quarantine(id, reason) {
      await texts.updateOne({ _id: id, registered_at: null }, { $set: { quarantined: reason } });
    },
    async erase(userId, ids) {
      await texts.deleteMany(of(userId, ids));
    },
    async eraseUser(userId, limit) {
      const found = await texts
        .find({ user_id: userId })
        .limit(limit)
        .project<{ _id: string }>({ _id: 1 })
        .toArray();
      const ids = found.map(({ _id }) => _id);
      return ids.length === 0 ? 0 : (await texts.deleteMany(of(userId, ids))).deletedCount;
    },
    async unregistered(before, limit) {
      const found = await texts
        .find({ registered_at: null, quarantined: null, created_at: { $lt: before } })
        .sort({ created_at: 1, _id: 1 })
        .limit(limit)
        .project<{ _id: string }>({ _id: 1 })
        .toArray();
      return found.map(({ _id }) => _id);
    },
  };
}
