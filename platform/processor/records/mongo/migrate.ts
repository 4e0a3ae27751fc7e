import type { Collection } from 'mongodb';
import type { RecordsDefinition } from '../records.ts';
import { type RecordDocument, toData, upgraded } from './document.ts';

const BATCH = 50;

/**
 * Takes every document of an earlier form through the migrations that it has not been through, a batch at a time. Safe
 * beside other processes that do the same, and to break off: each document says how far it is.
 */
export async function migrateDocuments(
  documents: Collection<RecordDocument>,
  definition: RecordsDefinition,
): Promise<void> {
  const { documentMigrations: steps = [] } = definition;
  if (steps.length === 0) return;
  const older = { $or: [{ form: { $exists: false } }, { form: { $lt: steps.length } }] };
  for (;;) {
    const batch = await documents.find(older).limit(BATCH).toArray();
    if (batch.length === 0) return;
    const replaced = await Promise.all(
      batch.map(async (document) => {
        const { form } = document as Partial<RecordDocument>;
        const migrated = await upgraded(definition, document);
        const data = await toData(definition, migrated.data as Readonly<Record<string, unknown>>);
        const filter = { _id: document._id, form: form ?? { $exists: false } };
        return { replaceOne: { filter: filter as object, replacement: { ...migrated, data } } };
      }),
    );
    await documents.bulkWrite(replaced, { ordered: false });
  }
}
