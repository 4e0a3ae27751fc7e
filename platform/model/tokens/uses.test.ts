import { describe } from 'vitest';
import { openTemporaryPglite } from '../../testing/pglite.ts';
import { tokenUsesContract } from './uses.contract.ts';
import { createPostgresTokenUses, tokenUsesTable } from './uses.postgres.ts';

describe('token uses in the embedded PostgreSQL', () => {
  tokenUsesContract(async () => {
    const server = await openTemporaryPglite();
    const database = await server.database('token_uses');
    await database.migrate([tokenUsesTable]);
    const again = () => createPostgresTokenUses(database);
    return { uses: again(), again, close: () => server.close() };
  });
});
