import { type Collection, type Filter, MongoBulkWriteError } from 'mongodb';
import pMap from 'p-map';
import { isDuplicateKey } from './duplicate-key.ts';

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

const FINDS_AT_ONCE = 8;

/** The places of documents whose id was taken. @throws `error` itself when anything else went wrong */
function takenPlaces(error: unknown): number[] {
  // Without the concern, those that were inserted are not durable either.
  if (!(error instanceof MongoBulkWriteError) || error.result.getWriteConcernError()) throw error;
  const errors = [error.writeErrors].flat();
  if (errors.length === 0 || errors.some((each) => !isDuplicateKey(each))) throw error;
  return errors.map(({ index }) => index);
}

/**
 * Inserts documents in one write, each unless its id is taken.
 * @returns in their order, what {@link insertOrFind} answers for each
 * @throws the driver's error; some of them may be there then
 */
export async function insertManyOrFind<T extends { _id: unknown }>(
  collection: Collection<T>,
  documents: readonly T[],
): Promise<(T | null)[]> {
  const answers = documents.map((): T | null => null);
  if (documents.length === 0) return answers;
  let taken: number[] = [];
  try {
    await collection.insertMany(documents as Parameters<typeof collection.insertMany>[0], { ordered: false });
  } catch (error) {
    taken = takenPlaces(error);
  }
  await pMap(
    taken,
    async (place) => {
      answers[place] = await insertOrFind(collection, documents[place] as T);
    },
    { concurrency: FINDS_AT_ONCE },
  );
  return answers;
}
