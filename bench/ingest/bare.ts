import { randomUUID } from 'node:crypto';
import { jetstream, jetstreamManager, RetentionPolicy, StorageType } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import pg from 'pg';
import { openTemporaryPostgres } from '../../platform/testing/postgres.ts';
import { services } from '../../platform/testing/services.ts';
import { createPostgresStateStore } from '../../subgraphs/state/store/postgres/store.postgres.ts';
import { userOf, type Writer } from './writer.ts';

/** A draft's two rows, in one statement: the least that makes it durable, listed and counted. */
const INSERT = `
  WITH blob AS (
    INSERT INTO user_blobs (id, user_id, schema_id, schema_version, type, title, data, book_id, chapter_num, created_at,
      expected_processor_ids, outbox)
    VALUES ($1, $2, 'text-input-v1', '1.0.0', 'chapter_draft', $3, $4, $5, $6, $7, '{}', '[]')
  )
  INSERT INTO blob_index (id, user_id, version, processor_id, storage_location, schema_id, schema_version, source_ids,
    type, title, preview, size_bytes, book_id, chapter_num, runs, state, created_at, updated_at, outbox, words)
  VALUES ($1, $2, 1, 'state', 'state-service', 'text-input-v1', '1.0.0', '{}', 'chapter_draft', $3, $8, $9, $5, $6, '[]',
    'STORED', $7, $7, '[]', $10)`;

/** As long as an event of the system with its headers. */
const EVENT = new Uint8Array(500).fill(32);

async function openStream() {
  const connection = await connect({ servers: services().natsUrl });
  const name = `bench-${randomUUID()}`;
  const manager = await jetstreamManager(connection);
  await manager.streams.add({
    name,
    subjects: [`${name}.>`],
    storage: StorageType.File,
    retention: RetentionPolicy.Limits,
    max_bytes: 64 * 1024 * 1024,
  });
  const client = jetstream(connection);
  return {
    publish: (user: string, id: string) => client.publish(`${name}.created.${user}`, EVENT, { msgID: id }),
    async close() {
      await manager.streams.delete(name);
      await connection.close();
    },
  };
}

/** The writes that an acknowledged draft needs, and nothing else: its rows in PostgreSQL, then its event in JetStream. */
export async function openBare(): Promise<Writer> {
  const server = openTemporaryPostgres();
  const database = await server.database('state');
  const store = createPostgresStateStore(database);
  await store.prepare();
  const [{ name } = { name: '' }] = await database.query<{ name: string }>(
    'SELECT current_database() AS name',
  );
  const url = new URL(services().postgresUrl);
  url.pathname = `/${name}`;
  const pool = new pg.Pool({ connectionString: url.href, max: 10 });
  const stream = await openStream();
  return {
    async prepare(user) {
      await store.advanceSummary(userOf(user));
    },
    write({ user, book, chapter, content }) {
      const [id, owner] = [randomUUID(), userOf(user)];
      const [title, preview] = [content.slice(0, 60), content.slice(0, 200)];
      const data = JSON.stringify({ content, metadata: { book_id: book, chapter_num: chapter } });
      const words = [...new Set(preview.toLowerCase().split(/\W+/))];
      const values = [id, owner, title, data, book, chapter, new Date(), preview, data.length, words];
      return {
        async send() {
          await pool.query({ name: 'insert', text: INSERT, values });
          await stream.publish(owner, id);
        },
      };
    },
    drained: async () => undefined,
    cpuMs: () => process.cpuUsage().user / 1_000 + process.cpuUsage().system / 1_000,
    async close() {
      await pool.end();
      await stream.close();
      await server.close();
    },
  };
}
