import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { bounded } from './bounded.ts';
import { type ChangeFeed, openChangeFeed } from './changes/feed.ts';
import { createServiceHttp, type ServiceHttp } from './clients/http.ts';
import { createRegistryClient } from './clients/registry.ts';
import { type Clock, systemClock } from './clock.ts';
import type { Config, ServiceName } from './config.ts';
import { createEgress, type Egress, guardedAgent } from './egress/guarded-agent.ts';
import { openEmbeddedEventLog } from './event-log/log.embedded.ts';
import { openNatsEventLog } from './event-log/log.nats.ts';
import type { EventLog } from './event-log/log.ts';
import { measureEventLoop } from './event-loop.ts';
import { allSubjects } from './events/events.ts';
import { type DevelopmentKeys, developmentKeys } from './identity/keys.ts';
import { createIdentities } from './identity/service/identity.ts';
import { fetchJwks } from './identity/service/jwks.ts';
import { registeredKeys } from './identity/service/registered.ts';
import type { ServiceTokens } from './identity/service-tokens.ts';
import { createUserTokens, type UserTokens } from './identity/user-tokens.ts';
import { type IdSource, randomIds } from './ids.ts';
import { createLogger, type Logger } from './logger.ts';
import { createServiceMetrics, measureProcess, type ServiceMetrics } from './metrics.ts';
import { type MongoServer, openMongo } from './mongo/client.ts';
import { openFolderObjects } from './objects/objects.folder.ts';
import type { ObjectStore } from './objects/objects.ts';
import { scopedObjects } from './objects/scoped.ts';
import type { SignedObjects } from './objects/signed/signed.ts';
import { createMemoryShelf } from './processor/records/shelf/memory/shelf.memory.ts';
import { createRedisShelf } from './processor/records/shelf/redis/shelf.redis.ts';
import type { Shelf } from './processor/records/shelf/shelf.ts';
import type { RedisServer } from './redis/server.ts';
import { openPgServer } from './sql/database.pg.ts';
import { openPglite } from './sql/database.pglite.ts';
import type { SqlDatabase, SqlServer } from './sql/database.ts';

/** One process's dependencies, opened when first asked for and shared by its services. */
export interface Runtime {
  readonly config: Config;
  readonly keys: DevelopmentKeys;
  readonly logger: Logger;
  /** A service's dependencies. */
  forService(name: ServiceName): ServiceRuntime;
  /** Ports that run embedded, of those opened so far. */
  embedded(): readonly string[];
  /** Begins to open what is embedded, before a service asks for it; a failure is told to whoever does. */
  openEmbedded(): void;
  /** Closes all that was opened, what can be: never rejects, and takes 3 s at most. */
  close(): Promise<void>;
}

/** A service's dependencies. */
export interface ServiceRuntime {
  readonly config: Config;
  readonly keys: DevelopmentKeys;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly logger: Logger;
  readonly serviceTokens: ServiceTokens;
  readonly userTokens: UserTokens;
  /** Calls other services under this service's name. */
  readonly http: ServiceHttp;
  /** Where registered processors may answer. */
  readonly egress: Egress;
  /** Metrics at this service's `/metrics`. */
  readonly metrics: ServiceMetrics;
  /** This installation's MongoDB; undefined when document stores are embedded. */
  readonly mongo: MongoServer | undefined;
  /** The service's own PostgreSQL database, or its schema in the embedded one. */
  sql(name: string): Promise<SqlDatabase>;
  /** A place of the service's own for what can be made again: in Redis, or in memory. */
  shelf(name: string): Promise<Shelf>;
  /** The service's own place in this installation's object store. */
  objects(): Promise<ObjectStore>;
  /** Signs requests for it that lead browsers to S3 itself; null where they come to the gateway. */
  publicObjects(): Promise<SignedObjects | null>;
  eventLog(): Promise<EventLog>;
  /** Changes, from the event log's one reader of this process. */
  changeFeed(): Promise<ChangeFeed>;
  embedded(): readonly string[];
}

/** Of processors that are asked for their keys. */
const CONNECT_TIMEOUT_MS = 2_000;
/** Limit of a closing step, for servers that are away. */
const CLOSE_STEP_MS = 1_000;

/** Runs `open` at the first call only; a failure is not kept, so that the next call tries again. */
function once<T>(open: () => Promise<T>): { get(): Promise<T>; opened(): Promise<T> | undefined } {
  let value: Promise<T> | undefined;
  return {
    get() {
      value ??= open().catch((error: unknown) => {
        value = undefined;
        throw error;
      });
      return value;
    },
    opened: () => value,
  };
}

function openSql(config: Config, logger: Logger): Promise<SqlServer> {
  if (config.postgresUrl) {
    return Promise.resolve(
      openPgServer({ url: config.postgresUrl, databasePrefix: `${config.namespace}_`, logger }),
    );
  }
  return openPglite({ dataDir: join(config.dataDir, 'postgres'), logger });
}

async function openObjects(config: Config): Promise<ObjectStore> {
  if (!config.s3) return openFolderObjects(join(config.dataDir, 'objects'));
  // Its client takes a tenth of a second to load.
  const { openS3Objects } = await import('./objects/objects.s3.ts');
  return openS3Objects(config.s3);
}

async function openPublicObjects(
  { s3 }: Config,
  place: string,
  logger: Logger,
): Promise<SignedObjects | null> {
  if (!s3?.publicEndpoint) return null;
  const { publicEndpoint } = s3;
  const { openSignedS3 } = await import('./objects/signed/signed.s3.ts');
  return openSignedS3({ ...s3, publicEndpoint, place, clock: systemClock, logger });
}

async function openEventLog(
  config: Config,
  sql: () => Promise<SqlServer>,
  logger: Logger,
): Promise<EventLog> {
  if (!config.nats) {
    const database = await (await sql()).database('event_log');
    return openEmbeddedEventLog({ database, clock: systemClock, logger });
  }
  const { servers, replicas, dedupWindowMs, maxAgeMs, maxBytes, keptShare, deadLetterMaxAgeMs } = config.nats;
  return openNatsEventLog({
    servers: [...servers],
    streamName: config.namespace.toUpperCase(),
    subjectPrefix: config.namespace,
    subjects: allSubjects,
    replicas,
    dedupWindowMs,
    retention: { maxAgeMs, maxBytes, keptShare, deadLetterMaxAgeMs },
    logger,
  });
}

/** Undefined where it is embedded. */
async function connectRedis({ redis, namespace }: Config, logger: Logger): Promise<RedisServer | undefined> {
  if (redis.url === undefined) return undefined;
  // Its client takes a tenth of a second to load.
  const { openRedis } = await import('./redis/server.ts');
  return openRedis({ url: redis.url, namespace, logger });
}

function openShelf({ config, logger, server }: ShelfPlace, name: string): Shelf {
  const { ttlMs, embeddedBytes: maxBytes } = config.redis;
  if (server) return createRedisShelf({ server, name, ttlMs });
  const file = join(config.dataDir, 'redis', `${config.namespace}_${name}`);
  return createMemoryShelf({ file, maxBytes, ttlMs, logger });
}

interface ShelfPlace {
  readonly config: Config;
  readonly logger: Logger;
  readonly server: RedisServer | undefined;
}

/** Opens the platform for one process. @throws when the data folder cannot be made */
export async function openRuntime(config: Config): Promise<Runtime> {
  await mkdir(config.dataDir, { recursive: true, mode: 0o700 });
  const logger = createLogger(config.logLevel);
  const keys = developmentKeys(config.dataDir);
  const developmentSecret = config.production ? undefined : await keys.routerSecret();
  const identities = createIdentities({ config, keys, developmentSecret, clock: systemClock, logger });
  const egress = createEgress({
    production: config.production,
    hosts: config.processorHosts,
    urls: config.urls,
  });
  const userTokens = createUserTokens({ config, developmentKey: () => keys.userKey(), clock: systemClock });
  const registered = guardedAgent(egress, { connectTimeout: CONNECT_TIMEOUT_MS });
  const sql = once(() => openSql(config, logger));
  const eventLog = once(() => openEventLog(config, sql.get, logger));
  const objects = once(() => openObjects(config));
  const redis = once(() => connectRedis(config, logger));
  const changeFeed = once(async () => {
    const { changes, bytes } = config.limits.history;
    const log = await eventLog.get();
    return openChangeFeed({ log, logger, historySize: changes, historyBytes: bytes });
  });
  const mongo = config.mongoUrl
    ? openMongo({ url: config.mongoUrl, namespace: config.namespace })
    : undefined;
  const clients: ServiceHttp[] = [];
  const processMetrics = measureProcess();
  const stopWatching = measureEventLoop(processMetrics, logger);
  const embedded = (): string[] => [
    ...(config.mongoUrl ? [] : ['MongoDB']),
    ...(config.postgresUrl ? [] : ['PostgreSQL']),
    ...(config.nats ? [] : ['NATS']),
    ...(config.s3 ? [] : ['S3']),
    ...(config.redis.url ? [] : ['Redis']),
  ];
  return {
    config,
    keys,
    logger,
    embedded,
    openEmbedded() {
      if (!config.postgresUrl) sql.get().catch(() => undefined);
    },
    forService(name) {
      const list = () => createRegistryClient(http).list();
      const fetch = (baseUrl: string) => fetchJwks(baseUrl, registered);
      const serviceTokens = identities.of(name, registeredKeys({ list, urls: config.urls, fetch }));
      const http = createServiceHttp({ urls: config.urls, tokens: serviceTokens, egress });
      clients.push(http);
      return {
        config,
        keys,
        clock: systemClock,
        ids: randomIds,
        logger: logger.child({ service: name }),
        serviceTokens,
        userTokens,
        http,
        egress,
        metrics: createServiceMetrics(name, processMetrics),
        mongo,
        sql: async (database) => (await sql.get()).database(database),
        shelf: async (place) => openShelf({ config, logger, server: await redis.get() }, place),
        objects: async () => scopedObjects(await objects.get(), `${config.namespace}/${name}`),
        publicObjects: () => openPublicObjects(config, `${config.namespace}/${name}`, logger),
        eventLog: eventLog.get,
        changeFeed: changeFeed.get,
        embedded,
      };
    },
    async close() {
      stopWatching();
      const step = (what: string, close: () => Promise<unknown>) =>
        bounded(what, CLOSE_STEP_MS, close()).catch((err: unknown) => {
          logger.warn({ err }, 'what the services stood on was not closed in order');
        });
      await Promise.all([
        step('Closing the clients', () =>
          Promise.all([registered.destroy(), ...clients.map((client) => client.close())]),
        ),
        step('Closing the change feed', async () => (await changeFeed.opened())?.close()),
      ]);
      await step('Closing the event log', async () => (await eventLog.opened())?.close());
      await Promise.all([
        step('Closing MongoDB', async () => mongo?.close()),
        step('Closing PostgreSQL', async () => (await sql.opened())?.close()),
        step('Closing Redis', async () => (await redis.opened())?.close()),
        step('Closing the object store', async () => (await objects.opened())?.close()),
      ]);
    },
  };
}
