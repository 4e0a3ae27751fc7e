import { afterAll, beforeAll } from 'vitest';
import type { SqlServer } from '../../sql/database.ts';
import { openTemporaryPglite } from '../../testing/pglite.ts';
import { journalContract } from './journal.contract.ts';
import { createPostgresJournal } from './journal.postgres.ts';
import type { ArtifactJournal } from './journal.ts';

let server: SqlServer;
let journal: ArtifactJournal;

beforeAll(async () => {
  server = await openTemporaryPglite();
  journal = createPostgresJournal(await server.database('journal'));
  await journal.prepare();
});
afterAll(() => server?.close());

journalContract(() => journal);
