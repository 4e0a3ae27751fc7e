import type { SqlDatabase } from '../../../../platform/sql/database.ts';
import { sought } from '../../../../platform/text/text.ts';
import type { EntryFilter } from '../filter.ts';
import { kept } from '../outbox.ts';
import type { BlobBody, OutboxEvent } from '../records.ts';
import type { ContentChange, EntryChange, StateStore } from '../store.ts';
import { wordsOf } from '../words.ts';
import { createBooks } from './books.postgres.ts';
import { createDeletions } from './deletions.postgres.ts';
import { createErasures } from './erasures.postgres.ts';
import { createInserts } from './inserts.postgres.ts';
import { createLineage } from './lineage.postgres.ts';
import { conditions } from './lists/filters.postgres.ts';
import { createUpkeep } from './lists/indexes.postgres.ts';
import { createLists } from './lists/pages.postgres.ts';
import { createSearch } from './lists/search.postgres.ts';
import { createTurnStore } from './lists/turns.postgres.ts';
import { createWorkloadStore } from './lists/workloads.postgres.ts';
import { createReemissionStore } from './reemission.postgres.ts';
import { Parameters } from './rows/groups.postgres.ts';
import { createBookOutboxes, createOutboxes } from './rows/outbox.postgres.ts';
import { type EntryRow, readingOf, type UserBlobRow, userBlobFrom } from './rows/rows.postgres.ts';
import { createScans } from './scans.postgres.ts';
import { migrations } from './schema.postgres.ts';
import { createSummaries } from './summary/summary.postgres.ts';
import { createWalks } from './walks.postgres.ts';

async function count(database: SqlDatabase, userId: string, filter: EntryFilter): Promise<number> {
  const parameters = new Parameters();
  const where = conditions(userId, filter, parameters);
  const text = `SELECT count(*) AS total FROM blob_index e WHERE ${where}`;
  const [row] = await database.query<{ total: number }>(text, parameters.values);
  return row?.total ?? 0;
}

const json = (value: unknown): string => JSON.stringify(value);

/** The words of a new title and preview; null when only one is given, undefined when neither is. */
const rewordedTo = ({ title, preview }: ContentChange): string[] | null | undefined => {
  if (title === undefined && preview === undefined) return undefined;
  return title === undefined || preview === undefined ? null : wordsOf({ title, preview });
};

/** The columns of an entry's content, with their new values. */
const contentColumns = (content: ContentChange = {}) =>
  (
    [
      ['content_missing_since', content.contentMissingSince],
      ['preview', content.preview],
      ['size_bytes', content.sizeBytes],
      ['content_hash', content.contentHash],
      ['title', content.title],
      ['schema_version', content.schemaVersion],
      ['words', rewordedTo(content)],
    ] as const
  ).flatMap(([column, value]) => (value === undefined ? [] : [[column, value] as const]));

async function updateEntry(
  database: SqlDatabase,
  id: string,
  expectedVersion: number,
  change: EntryChange,
  events: readonly OutboxEvent[],
): Promise<boolean> {
  const values = new Parameters();
  const at = values.add(change.updatedAt);
  const columns = [
    ['version', change.version],
    ['runs', json(change.runs)],
    ['state', change.state],
    ...contentColumns(change.content),
  ] as const;
  const changed = await database.execute(
    `UPDATE blob_index SET ${columns.map(([column, value]) => `${column} = ${values.add(value)}`).join(', ')},
       updated_at = ${at}, outbox = outbox || ${values.add(json(kept(events)))}::jsonb,
       outbox_since = coalesce(outbox_since, ${at})
     WHERE id = ${values.add(id)} AND version = ${values.add(expectedVersion)}`,
    values.values,
  );
  return changed === 1;
}

/** State in PostgreSQL, on a server or embedded. */
export function createPostgresStateStore(database: SqlDatabase): StateStore {
  return {
    prepare: () => database.migrate(migrations),
    ping: () => database.ping(),
    ...createInserts(database),
    async userBlobs(userId, ids) {
      const text = 'SELECT * FROM user_blobs WHERE user_id = $1 AND id = ANY($2)';
      return (await database.query<UserBlobRow>(text, [userId, sought(ids)])).map(userBlobFrom);
    },
    bodies(userId, ids) {
      const text = 'SELECT id, data::text AS json FROM user_blobs WHERE user_id = $1 AND id = ANY($2)';
      return database.query<BlobBody>(text, [userId, sought(ids)]);
    },
    updateEntry: (id, expectedVersion, change, events) =>
      updateEntry(database, id, expectedVersion, change, events),
    async entries(userId, ids, detail) {
      const { columns, from } = readingOf(detail);
      const text = `SELECT ${columns} FROM blob_index e WHERE user_id = $1 AND id = ANY($2)`;
      return (await database.query<EntryRow>(text, [userId, sought(ids)])).map(from);
    },
    count: (userId, filter) => count(database, userId, filter),
    async lastChange(userId) {
      const text = 'SELECT max(updated_at) AS at FROM blob_index WHERE user_id = $1';
      const [row] = await database.query<{ at: Date | null }>(text, [userId]);
      return row?.at ?? null;
    },
    ...createLists(database),
    ...createLineage(database),
    ...createUpkeep(database),
    ...createSearch(database),
    ...createBooks(database),
    ...createSummaries(database),
    ...createOutboxes(database),
    ...createBookOutboxes(database),
    ...createDeletions(database),
    ...createErasures(database),
    ...createReemissionStore(database),
    ...createScans(database),
    ...createTurnStore(database),
    ...createWorkloadStore(database),
    backfills: createWalks(database, 'backfills'),
    handOuts: createWalks(database, 'hand_outs'),
    retirements: createWalks(database, 'retirements'),
    canaryEnds: createWalks(database, 'canary_ends'),
    reprocessings: createWalks(database, 'reprocessings'),
    storedChecks: createWalks(database, 'stored_checks'),
  };
}
