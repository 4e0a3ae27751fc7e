import { describe } from 'vitest';
import { openTemporaryMongo } from '../../testing/mongo.ts';
import { openTemporaryPostgres } from '../../testing/postgres.ts';
import { tokenUsesContract } from './uses.contract.ts';
import { createMongoTokenUses } from './uses.mongo.ts';
import { createPostgresTokenUses, tokenUsesTable } from './uses.postgres.ts';

describe('token uses in MongoDB', () => {
  tokenUsesContract(async () => {
    const server = openTemporaryMongo();
    const database = server.database('token_uses');
    const again = () => createMongoTokenUses(database);
    return { uses: again(), again, close: () => server.close() };
  });
});

describe('token uses in PostgreSQL', () => {
  tokenUsesContract(async () => {
    const server = openTemporaryPostgres();
    const database = await server.database('token_uses');
    await database.migrate([tokenUsesTable]);
    const again = () => createPostgresTokenUses(database);
    return { uses: again(), again, close: () => server.close() };
  });
});
