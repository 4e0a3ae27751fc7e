import { randomBytes } from 'node:crypto';
import type { Db } from 'mongodb';
import { type MongoServer, openMongo } from '../mongo/client.ts';
import { services } from './services.ts';

/** Databases of one test on the real MongoDB, under names of their own; closing drops them. */
export function openTemporaryMongo(): MongoServer {
  const server = openMongo({
    url: services().mongoUrl,
    namespace: `test_${randomBytes(6).toString('hex')}`,
    // Dropping databases takes long on a busy machine.
    answerTimeoutMs: 100_000,
  });
  const databases = new Map<string, Db>();
  return {
    ...server,
    database(name) {
      const database = databases.get(name) ?? server.database(name);
      databases.set(name, database);
      return database;
    },
    async close() {
      for (const database of databases.values()) await database.dropDatabase();
      await server.close();
    },
  };
}
