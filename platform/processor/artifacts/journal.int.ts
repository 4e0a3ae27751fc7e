import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe } from 'vitest';
import { openTemporaryMongo } from '../../testing/mongo.ts';
import { openTemporaryPostgres } from '../../testing/postgres.ts';
import { journalContract } from './journal.contract.ts';
import { createMongoJournal } from './journal.mongo.ts';
import { createPostgresJournal } from './journal.postgres.ts';
import type { ArtifactJournal } from './journal.ts';

const name = () => `journal_${randomBytes(6).toString('hex')}`;

describe.each([
  [
    'PostgreSQL',
    async () => {
      const server = await openTemporaryPostgres();
      return { journal: createPostgresJournal(await server.database(name())), server };
    },
  ],
  [
    'MongoDB',
    async () => {
      const server = openTemporaryMongo();
      return { journal: createMongoJournal(server.database(name())), server };
    },
  ],
])('in %s', (_store, open) => {
  let journal: ArtifactJournal;
  let close: () => Promise<void>;
  beforeAll(async () => {
    const { journal: opened, server } = await open();
    journal = opened;
    close = () => server.close();
    await journal.prepare();
  });
  afterAll(() => close?.());
  journalContract(() => journal);
});
