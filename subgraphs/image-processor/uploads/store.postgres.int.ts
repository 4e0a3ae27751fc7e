import { describe } from 'vitest';
import { openTemporaryPostgres } from '../../../platform/testing/postgres.ts';
import { uploadMigrations } from './migrations.ts';
import { uploadsContract } from './store.contract.ts';
import { createPostgresUploads } from './store.postgres.ts';

describe('uploads in PostgreSQL', () => {
  uploadsContract(async () => {
    const server = openTemporaryPostgres();
    const database = await server.database('uploads');
    await database.migrate(uploadMigrations);
    return { store: createPostgresUploads(database), close: () => server.close() };
  });
});
