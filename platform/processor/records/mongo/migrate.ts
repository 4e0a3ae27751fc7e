import type { Collection } from 'mongodb';
import type { RecordsDefinition } from '../records.ts';
import { isOlder, type RecordDocument, toData, upgraded } from './document.ts';

const BATCH = 200;
/** The server's code of an index that is not there. */
const INDEX_NOT_FOUND = 27;

/** Documents that have not been through all steps; those of before there were steps have no `form`. */
const formsBefore = (steps: number) => [null, ...Array.from({ length: steps }, (_, form) => form)];

/** One at a time: what is stored compressed takes far more memory than its document. */
async function migrateOne(
  documents: Collection<RecordDocument>,
  definition: RecordsDefinition,
  id: string,
): Promise<void> {
  const document = await documents.findOne({ _id: id });
  if (!document || !isOlder(definition, document)) return;
  const migrated = await upgraded(definition, document);
  const data = await toData(definition, migrated.data as Readonly<Record<string, unknown>>);
  // Another process, of before, may give it its content or mark it as stale meanwhile.
  const unchanged = Object.fromEntries(
    (['form', 'content_hash', 'stale'] as const).map((name) => [name, document[name] ?? null]),
  );
  const asRead = { ...unchanged, _id: id } as object;
  await documents.replaceOne(asRead, { ...migrated, data });
}

async function dropIndexes(documents: Collection<RecordDocument>, names: readonly string[]): Promise<void> {
  for (const name of names) {
    await documents.dropIndex(name).catch((error: unknown) => {
      if ((error as { code?: unknown }).code !== INDEX_NOT_FOUND) throw error;
    });
  }
}

/**
 * Takes every document of an earlier form through the migrations that it has not been through. Safe beside other
 * processes that do the same, and to break off: each document says how far it is.
 */
export async function migrateDocuments(
  documents: Collection<RecordDocument>,
  definition: RecordsDefinition,
): Promise<void> {
  const { documentMigrations: steps = [], formerIndexes = [] } = definition;
  if (steps.length === 0) return;
  await documents.createIndex({ form: 1 });
  const older = { form: { $in: formsBefore(steps.length) } } as object;
  for (;;) {
    const batch = await documents.find(older).limit(BATCH).project<{ _id: string }>({ _id: 1 }).toArray();
    for (const { _id } of batch) await migrateOne(documents, definition, _id);
    if (batch.length < BATCH) break;
  }
  await dropIndexes(documents, formerIndexes);
}
