import { describe } from 'vitest';
import { openTemporaryPglite } from '../../../platform/testing/pglite.ts';
import { uploadMigrations } from './migrations.ts';
import { uploadsContract } from './store.contract.ts';
import { createPostgresUploads } from './store.postgres.ts';

describe('uploads in the embedded PostgreSQL', () => {
  uploadsContract(async () => {
    const server = await openTemporaryPglite();
    const database = await server.database('uploads');
    await database.migrate(uploadMigrations);
    return { store: createPostgresUploads(database), close: () => server.close() };
  });
});
