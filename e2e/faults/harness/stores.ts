import { jetstream, jetstreamManager, type StoredMsg } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { type Document, MongoClient } from 'mongodb';
import pg from 'pg';
import { userToken } from '../../../platform/events/events.ts';

/** A user's documents, read from the stores. */
export interface Documents {
  readonly userBlobs: readonly Document[];
  readonly entries: readonly Document[];
  /** Tombstones of deleted entries. */
  readonly tombstones: readonly Document[];
  readonly expandedTexts: readonly Document[];
  readonly compiledBooks: readonly CompiledBookRow[];
}

interface CompiledBookRow {
  readonly id: string;
  readonly source_blob_ids: readonly string[];
  readonly registered_at: Date | null;
  readonly chapter_count: number;
  /** SHA-256 of the full text, in hex. */
  readonly text_hash: string;
  /** Number of stored chapters. */
  readonly chapters: number;
}

/** A message of the log. */
export interface LogEntry {
  readonly blobId: string;
  readonly version: number;
  readonly kind: string;
  /** Of a change that says no more than how far a run is. */
  readonly progress?: { readonly run: string; readonly attempt: string };
}

/** The stores, read with their own clients rather than through services. */
export interface Stores {
  documents(userId: string): Promise<Documents>;
  /** A user's messages in the log, in order and with duplicates, without those that are not changes. */
  log(userId: string): Promise<LogEntry[]>;
  /** Durable consumers with messages that are pending or not acknowledged. */
  busyConsumers(): Promise<string[]>;
  /** Runs `work` with JetStream's management API. */
  withStream<T>(work: (manager: Manager, name: string) => Promise<T>): Promise<T>;
  /** Publishes a message that no service sent. */
  publish(subject: string, body: string): Promise<void>;
  readonly mongo: MongoClient;
  readonly namespace: string;
  close(): Promise<void>;
}

export type Manager = Awaited<ReturnType<typeof jetstreamManager>>;

export interface StoreAddresses {
  readonly mongoUrl: string;
  readonly postgresUrl: string;
  readonly natsServers: readonly string[];
  readonly namespace: string;
}

const BATCH = 1_000;

interface RunBody {
  readonly processor_id: string;
  readonly artifact?: string;
  readonly state: string;
  readonly attempt: number;
  readonly generation?: number;
  readonly stage?: string;
  readonly progress?: number;
}

const progressIn = ({ run }: { readonly run?: RunBody }): Pick<LogEntry, 'progress'> => {
  if (run?.state !== 'PROCESSING' || (run.stage ?? run.progress) === undefined) return {};
  const { processor_id, artifact, attempt, generation } = run;
  return { progress: { run: `${processor_id} ${artifact}`, attempt: `${generation} ${attempt}` } };
};

const entryOf = (message: StoredMsg): LogEntry => {
  const { subject, header } = message;
  const id = header.get('ce-id');
  const at = id.lastIndexOf(':');
  const kind = subject.split('.').at(-2) ?? '';
  return {
    ...{ blobId: id.slice(0, at), version: Number(id.slice(at + 1)), kind },
    ...(kind === 'processing' && progressIn(message.json())),
  };
};

async function readLog(manager: Manager, stream: string, subject: string): Promise<LogEntry[]> {
  const { state } = await manager.streams.info(stream, { subjects_filter: subject });
  const total = Object.values(state.subjects ?? {}).reduce((sum, count) => sum + count, 0);
  const found: LogEntry[] = [];
  for (let seq = state.first_seq, read = 0; read < total; ) {
    const batch = await manager.direct.getBatch(stream, { seq, next_by_subj: subject, batch: BATCH });
    for await (const message of batch) {
      if (message.header.has('ce-id')) found.push(entryOf(message));
      read += 1;
      seq = message.seq + 1;
    }
  }
  return found;
}

/** Only durable consumers count: those of readers acknowledge nothing. */
async function busyConsumers(manager: Manager, stream: string): Promise<string[]> {
  const busy: string[] = [];
  for await (const { name, config, num_pending, num_ack_pending } of manager.consumers.list(stream))
    if (config.durable_name && num_pending + num_ack_pending > 0) busy.push(name);
  return busy;
}

export async function openStores({
  mongoUrl,
  postgresUrl,
  natsServers,
  namespace,
}: StoreAddresses): Promise<Stores> {
  const mongo = new MongoClient(mongoUrl, { readConcern: { level: 'majority' } });
  const all = (database: string, collection: string, user: Document, projection: Document = {}) =>
    mongo.db(`${namespace}_${database}`).collection(collection).find(user, { projection }).toArray();

  /** A new connection each time: the server may have been killed meanwhile. */
  async function books(userId: string): Promise<Documents['compiledBooks']> {
    const url = new URL(postgresUrl);
    url.pathname = `/${namespace}_book_compiler`;
    const client = new pg.Client(url.href);
    client.on('error', () => undefined);
    await client.connect();
    try {
      const text = `SELECT b.id, b.source_blob_ids, b.registered_at, b.chapter_count,
          encode(sha256(convert_to(b.full_text, 'UTF8')), 'hex') AS text_hash,
          (SELECT count(*)::int FROM book_chapters c WHERE c.book_id = b.id) AS chapters
        FROM compiled_books b WHERE b.user_id = $1`;
      return (await client.query(text, [userId])).rows;
    } finally {
      await client.end();
    }
  }

  async function connected<T>(work: (connection: NatsConnection) => Promise<T>): Promise<T> {
    const connection = await connect({ servers: [...natsServers], timeout: 5_000 });
    try {
      return await work(connection);
    } finally {
      await connection.close();
    }
  }
  const withStream = <T>(work: (manager: Manager, name: string) => Promise<T>): Promise<T> =>
    connected(async (connection) => work(await jetstreamManager(connection), namespace.toUpperCase()));

  return {
    mongo,
    namespace,
    async documents(userId) {
      const own = { user_id: userId };
      const [userBlobs, entries, tombstones, expandedTexts, compiledBooks] = await Promise.all([
        all('state', 'user_blobs', own),
        all('state', 'blob_index', own),
        all('state', 'blob_index', { deleted_user_id: userId }),
        all('text_expansion', 'expanded_texts', own, { 'data.sections': 0 }),
        books(userId),
      ]);
      return { userBlobs, entries, tombstones, expandedTexts, compiledBooks };
    },
    log: (userId) =>
      withStream((manager, name) => readLog(manager, name, `${namespace}.blob.*.${userToken(userId)}`)),
    busyConsumers: () => withStream(busyConsumers),
    withStream,
    publish: (subject, body) =>
      connected(async (connection) => void (await jetstream(connection).publish(subject, body))),
    close: () => mongo.close(),
  };
}
