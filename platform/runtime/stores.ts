import { join } from 'node:path';
import { type ChangeFeed, openChangeFeed } from '../changes/feed.ts';
import type { Config } from '../config/config.ts';
import type { EventLog } from '../event-log/log.ts';
import { allSubjects } from '../events/named.ts';
import type { MongoServer } from '../mongo/client.ts';
import { openFolderObjects } from '../objects/objects.folder.ts';
import type { ObjectStore } from '../objects/objects.ts';
import type { SignedObjects } from '../objects/signed/signed.ts';
import { createMemoryLimiter } from '../rates/limiter.memory.ts';
import { createRedisLimiter } from '../rates/limiter.redis.ts';
import type { Rate, RateLimiter } from '../rates/rate.ts';
import type { RedisServer } from '../redis/server.ts';
import { createMemoryShelf } from '../shelf/memory/shelf.memory.ts';
import { createRedisShelf } from '../shelf/redis/shelf.redis.ts';
import type { Shelf } from '../shelf/shelf.ts';
import type { SqlServer } from '../sql/database.ts';
import { fileKeep } from '../supergraph/kept/kept.file.ts';
import { redisKeep } from '../supergraph/kept/kept.redis.ts';
import { keepInAll, type SupergraphKeep } from '../supergraph/kept/kept.ts';
import type { Logger } from '../telemetry/logger.ts';
import { systemClock } from '../time/clock.ts';

/** Opened when it is first asked for, and shared from then on; a failure is not kept: the next call tries again. */
class Shared<T extends { close(): Promise<unknown> }> {
  readonly #open: () => Promise<T>;
  #opened: Promise<T> | undefined;

  constructor(open: () => Promise<T>) {
    this.#open = open;
  }

  get(): Promise<T> {
    this.#opened ??= this.#open().catch((error: unknown) => {
      this.#opened = undefined;
      throw error;
    });
    return this.#opened;
  }

  async close(): Promise<void> {
    await (await this.#opened)?.close();
  }
}

/**
 * The stores of one process, by the configuration: a real server where it names one, else the embedded form. Each of
 * their drivers takes up to a tenth of a second to load, so only those in use are loaded.
 */
export class Stores {
  readonly #config: Config;
  readonly #logger: Logger;
  /** Undefined when document stores are embedded. */
  readonly mongo: MongoServer | undefined;
  readonly sql = new Shared<SqlServer>(() => this.#openSql());
  readonly eventLog = new Shared<EventLog>(() => this.#openEventLog());
  readonly changeFeed = new Shared<ChangeFeed>(() => this.#openChangeFeed());
  readonly objects = new Shared<ObjectStore>(() => this.#openObjects());
  readonly #redis = new Shared<RedisServer>(() => this.#openRedis());

  private constructor(config: Config, logger: Logger, mongo: MongoServer | undefined) {
    this.#config = config;
    this.#logger = logger;
    this.mongo = mongo;
  }

  static async create(config: Config, logger: Logger): Promise<Stores> {
    const { mongoUrl: url, namespace } = config;
    if (!url) return new Stores(config, logger, undefined);
    const { openMongo } = await import('../mongo/client.ts');
    return new Stores(config, logger, openMongo({ url, namespace }));
  }

  /** Names of the servers that run embedded, e.g. `PostgreSQL`. */
  embedded(): readonly string[] {
    const { mongoUrl, postgresUrl, nats, s3, redis } = this.#config;
    const servers = { MongoDB: mongoUrl, PostgreSQL: postgresUrl, NATS: nats, S3: s3, Redis: redis.url };
    return Object.entries(servers).flatMap(([name, server]) => (server ? [] : [name]));
  }

  /** Undefined where Redis is embedded. */
  async redis(): Promise<RedisServer | undefined> {
    return this.#config.redis.url === undefined ? undefined : this.#redis.get();
  }

  /** A shelf by its name: in Redis, or in memory with a snapshot in the data folder. */
  async shelf(name: string): Promise<Shelf> {
    const server = await this.redis();
    const { redis, dataDir, namespace } = this.#config;
    const { ttlMs, embeddedBytes: maxBytes } = redis;
    if (server) return createRedisShelf({ server, name, ttlMs });
    const file = join(dataDir, 'redis', `${namespace}_${name}`);
    return createMemoryShelf({ file, maxBytes, ttlMs, logger: this.#logger });
  }

  /** Keeps the supergraph that a service served last: in the data folder, and in Redis, where containers lose their folder. */
  async supergraphKeep(service: string): Promise<SupergraphKeep> {
    const { dataDir, namespace } = this.#config;
    const server = await this.redis();
    const file = fileKeep(join(dataDir, 'supergraph', `${namespace}_${service}.json`));
    return keepInAll(server ? [file, redisKeep(server, service)] : [file], this.#logger);
  }

  /** Counts by a rate: in Redis, or in memory. */
  async limiter(rate: Rate): Promise<RateLimiter> {
    const [server, clock, logger] = [await this.redis(), systemClock, this.#logger];
    return server ? createRedisLimiter({ server, rate, clock, logger }) : createMemoryLimiter(rate, clock);
  }

  /** Signs requests that go to S3 itself, for objects of `place`; null without an address that browsers reach. */
  async publicObjects(place: string): Promise<SignedObjects | null> {
    const { s3 } = this.#config;
    if (!s3?.publicEndpoint) return null;
    const { publicEndpoint } = s3;
    const { openSignedS3 } = await import('../objects/signed/signed.s3.ts');
    return openSignedS3({ ...s3, publicEndpoint, place, clock: systemClock, logger: this.#logger });
  }

  async closeMongo(): Promise<void> {
    await this.mongo?.close();
  }

  closeRedis(): Promise<void> {
    return this.#redis.close();
  }

  async #openSql(): Promise<SqlServer> {
    const { postgresUrl: url, namespace, dataDir } = this.#config;
    const logger = this.#logger;
    if (url) {
      const { openPgServer } = await import('../sql/database.pg.ts');
      return openPgServer({ url, databasePrefix: `${namespace}_`, logger });
    }
    const { openPglite } = await import('../sql/database.pglite.ts');
    return openPglite({ dataDir: join(dataDir, 'postgres'), logger });
  }

  async #openEventLog(): Promise<EventLog> {
    const { nats, namespace } = this.#config;
    const logger = this.#logger;
    if (!nats) {
      const { openEmbeddedEventLog } = await import('../event-log/embedded/log.embedded.ts');
      const database = await (await this.sql.get()).database('event_log');
      return openEmbeddedEventLog({ database, clock: systemClock, logger });
    }
    const { servers, replicas, dedupWindowMs, maxAgeMs, maxBytes, keptShare, deadLetterMaxAgeMs } = nats;
    const { openNatsEventLog } = await import('../event-log/nats/log.nats.ts');
    return openNatsEventLog({
      servers: [...servers],
      streamName: namespace.toUpperCase(),
      subjectPrefix: namespace,
      subjects: allSubjects,
      replicas,
      dedupWindowMs,
      retention: { maxAgeMs, maxBytes, keptShare, deadLetterMaxAgeMs },
      logger,
    });
  }

  async #openChangeFeed(): Promise<ChangeFeed> {
    const { changes, bytes } = this.#config.limits.history;
    const log = await this.eventLog.get();
    return openChangeFeed({ log, logger: this.#logger, historySize: changes, historyBytes: bytes });
  }

  async #openObjects(): Promise<ObjectStore> {
    const { s3, dataDir } = this.#config;
    if (!s3) return openFolderObjects(join(dataDir, 'objects'));
    const { openS3Objects } = await import('../objects/objects.s3.ts');
    return openS3Objects(s3);
  }

  async #openRedis(): Promise<RedisServer> {
    const { redis, namespace } = this.#config;
    const { openRedis } = await import('../redis/server.ts');
    return openRedis({ url: redis.url ?? '', namespace, logger: this.#logger });
  }
}
