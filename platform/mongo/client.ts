import { type Db, MongoClient } from 'mongodb';

/** Databases on one MongoDB. Writes are acknowledged by a majority and journalled. */
export interface MongoServer {
  /** The database `<namespace>_<name>`. */
  database(name: string): Db;
  /** @throws when the server does not answer */
  ping(): Promise<void>;
  /** Ends all connections; what is asked for later rejects. */
  close(): Promise<void>;
}

export interface MongoOptions {
  /** `mongodb://` or `mongodb+srv://`, with user and password where there are some. */
  readonly url: string;
  /** Set before the names of databases. */
  readonly namespace: string;
  /** Connections to one server at most. Default 50. */
  readonly maxConnections?: number;
  /** Wait for a connection to become free. Default 5,000 ms. */
  readonly connectionTimeoutMs?: number;
  /** Wait for an answer, after which its connection counts as dead. Default 30,000 ms. */
  readonly answerTimeoutMs?: number;
}

/** Connects lazily: a server that is away shows at the first use, and is found again when it is back. */
export function openMongo(options: MongoOptions): MongoServer {
  const { maxConnections = 50, connectionTimeoutMs = 5_000, answerTimeoutMs = 30_000 } = options;
  const client = new MongoClient(options.url, {
    appName: 'blobgraph',
    writeConcern: { w: 'majority', journal: true },
    readConcern: { level: 'majority' },
    // A missing document is taken as deleted, and a secondary may not have it yet.
    readPreference: 'primary',
    maxPoolSize: maxConnections,
    waitQueueTimeoutMS: connectionTimeoutMs,
    socketTimeoutMS: answerTimeoutMs,
    serverSelectionTimeoutMS: 5_000,
    connectTimeoutMS: 5_000,
    ignoreUndefined: true,
  });
  return {
    database: (name) => client.db(`${options.namespace}_${name}`),
    async ping() {
      await client.db('admin').command({ ping: 1 });
    },
    close: () => client.close(),
  };
}
