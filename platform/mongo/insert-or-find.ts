import type { Collection, Filter } from 'mongodb';
import { isDuplicateKey } from './client.ts';

/** Long for a read by its key, short enough to tell of a replica set that has lost its majority. */
const CONFIRM_WITHIN_MS = 10_000;

/**
 * Inserts a document unless its id is taken.
 * @returns null when it was inserted, else the document that is there, durable as well
 */
export async function insertOrFind<T extends { _id: unknown }>(
  collection: Collection<T>,
  document: T,
): Promise<T | null> {
  try {
    await collection.insertOne(document as Parameters<typeof collection.insertOne>[0]);
    return null;
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
  }
  // Linearizable: what took the id may have reached this server alone so far. A majority read would not see it
  // yet, and a local one might tell of what a failover undoes.
  const existing = await collection.findOne<T>({ _id: document._id } as Filter<T>, {
    readConcern: { level: 'linearizable' },
    maxTimeMS: CONFIRM_WITHIN_MS,
  });
  // It was removed in between.
  return existing ?? insertOrFind(collection, document);
}
