import { describe } from 'vitest';
import { openTemporaryPglite } from '../../../platform/testing/pglite.ts';
import { migrations } from '../history.ts';
import { tokenUsesContract } from './uses.contract.ts';
import { createPostgresTokenUses } from './uses.postgres.ts';

describe('token uses in the embedded PostgreSQL', () => {
  tokenUsesContract(async () => {
    const server = await openTemporaryPglite();
    const database = await server.database('token_uses');
    await database.migrate(migrations);
    const again = () => createPostgresTokenUses(database);
    return { uses: again(), again, close: () => server.close() };
  });
});
