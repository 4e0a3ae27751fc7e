import { mkdir } from 'node:fs/promises';
import type { ChangeFeed } from '../changes/feed.ts';
import { createServiceHttp, type ServiceHttp } from '../clients/http/http.ts';
import { LocalServices } from '../clients/local/services.ts';
import { createLocalTransport } from '../clients/local/transport.ts';
import { registeredKeys } from '../clients/registered-keys.ts';
import { createRegistryClient } from '../clients/registry.ts';
import type { Config, ServiceName } from '../config/config.ts';
import { createEgress, type Egress, guardedAgent } from '../egress/guarded-agent.ts';
import type { EventLog } from '../event-log/log.ts';
import { type DevelopmentKeys, developmentKeys } from '../identity/keys/development-keys.ts';
import { fetchJwks } from '../identity/keys/jwks.ts';
import { createIdentities, type Identities } from '../identity/service/identity.ts';
import type { ServiceTokens } from '../identity/service/service-tokens.ts';
import { createUserTokens, type UserTokens } from '../identity/users/user-tokens.ts';
import { type IdSource, randomIds } from '../ids/ids.ts';
import type { MongoServer } from '../mongo/client.ts';
import type { ObjectStore } from '../objects/objects.ts';
import { scopedObjects } from '../objects/scoped.ts';
import type { SignedObjects } from '../objects/signed/signed.ts';
import { measureEventLoop } from '../process/event-loop.ts';
import type { Rate, RateLimiter } from '../rates/rate.ts';
import type { RedisServer } from '../redis/server.ts';
import type { Shelf } from '../shelf/shelf.ts';
import type { SqlDatabase } from '../sql/database.ts';
import type { SupergraphKeep } from '../supergraph/kept/kept.ts';
import { createLogger, type Logger } from '../telemetry/logger.ts';
import { createServiceMetrics, measureProcess, type ServiceMetrics } from '../telemetry/metrics.ts';
import { bounded } from '../time/bounded.ts';
import { type Clock, systemClock } from '../time/clock.ts';
import { Stores } from './stores.ts';

/** One process's dependencies, opened when first asked for and shared by its services. */
export interface Runtime {
  readonly config: Config;
  /** Those that are made under `DATA_DIR` where the configuration names none. */
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
  /** Names the service in each line. */
  readonly logger: Logger;
  /** The service's own identity. */
  readonly serviceTokens: ServiceTokens;
  readonly userTokens: UserTokens;
  /** Calls other services under this service's name. */
  readonly http: ServiceHttp;
  /** Services of this process, which are called without a socket. */
  readonly local: LocalServices;
  /** Where registered processors may answer. */
  readonly egress: Egress;
  /** Metrics at this service's `/metrics`. */
  readonly metrics: ServiceMetrics;
  /** This installation's MongoDB; undefined when document stores are embedded. */
  readonly mongo: MongoServer | undefined;
  /** The service's own PostgreSQL database, or its schema in the embedded one. */
  sql(name: string): Promise<SqlDatabase>;
  /** This installation's Redis; undefined where it is embedded. */
  redis(): Promise<RedisServer | undefined>;
  /** A place of the service's own for what can be made again: in Redis, or in memory. */
  shelf(name: string): Promise<Shelf>;
  /** Keeps the registry's supergraph that the service served last. */
  supergraphKeep(): Promise<SupergraphKeep>;
  /** Counts by a rate, for all replicas together where there is a Redis. */
  limiter(rate: Rate): Promise<RateLimiter>;
  /** The service's own place in this installation's object store. */
  objects(): Promise<ObjectStore>;
  /** Signs requests for it that lead browsers to S3 itself; null where they come to the gateway. */
  publicObjects(): Promise<SignedObjects | null>;
  /** This installation's log, opened once in a process. */
  eventLog(): Promise<EventLog>;
  /** Changes, from the event log's one reader of this process. */
  changeFeed(): Promise<ChangeFeed>;
  /** As of {@link Runtime.embedded}. */
  embedded(): readonly string[];
}

/** Connecting to registered processors to read their keys. */
const CONNECT_TIMEOUT_MS = 2_000;
/** Limit of a closing step, for servers that are away. */
const CLOSE_STEP_MS = 1_000;

/** Opens the platform for one process. @throws when the data folder cannot be made */
export async function openRuntime(config: Config): Promise<Runtime> {
  await mkdir(config.dataDir, { recursive: true, mode: 0o700 });
  const logger = createLogger(config.logLevel);
  const keys = developmentKeys(config.dataDir);
  const developmentSecret = config.production ? undefined : await keys.routerSecret();
  const stores = await Stores.create(config, logger);
  return new ProcessRuntime(config, logger, { keys, developmentSecret, stores });
}

interface Opened {
  readonly keys: DevelopmentKeys;
  /** Of other routers; undefined in production. */
  readonly developmentSecret: string | undefined;
  readonly stores: Stores;
}

class ProcessRuntime implements Runtime {
  readonly config: Config;
  readonly keys: DevelopmentKeys;
  readonly logger: Logger;
  readonly #stores: Stores;
  readonly #identities: Identities;
  readonly #userTokens: UserTokens;
  readonly #egress: Egress;
  /** Reads the keys of registered processors. */
  readonly #keyAgent: ReturnType<typeof guardedAgent>;
  readonly #clients: ServiceHttp[] = [];
  readonly #local = new LocalServices();
  readonly #metrics = measureProcess();
  readonly #stopWatching: () => void;

  constructor(config: Config, logger: Logger, { keys, developmentSecret, stores }: Opened) {
    this.config = config;
    this.keys = keys;
    this.logger = logger;
    this.#stores = stores;
    this.#identities = createIdentities({ config, keys, developmentSecret, clock: systemClock, logger });
    this.#userTokens = createUserTokens({
      config,
      developmentKey: () => keys.userKey(),
      clock: systemClock,
    });
    const { production, processorHosts: hosts, urls } = config;
    this.#egress = createEgress({ production, hosts, urls });
    this.#keyAgent = guardedAgent(this.#egress, { connectTimeout: CONNECT_TIMEOUT_MS });
    this.#stopWatching = measureEventLoop(this.#metrics, logger);
  }

  embedded(): readonly string[] {
    return this.#stores.embedded();
  }

  openEmbedded(): void {
    if (!this.config.postgresUrl) this.#stores.sql.get().catch(() => undefined);
  }

  forService(name: ServiceName): ServiceRuntime {
    const { config, keys, logger } = this;
    const stores = this.#stores;
    const { http, serviceTokens } = this.#clientOf(name);
    const place = `${config.namespace}/${name}`;
    return {
      config,
      keys,
      clock: systemClock,
      ids: randomIds,
      logger: logger.child({ service: name }),
      serviceTokens,
      userTokens: this.#userTokens,
      http,
      local: this.#local,
      egress: this.#egress,
      metrics: createServiceMetrics(name, this.#metrics),
      mongo: stores.mongo,
      sql: async (database) => (await stores.sql.get()).database(database),
      redis: () => stores.redis(),
      shelf: (shelf) => stores.shelf(shelf),
      supergraphKeep: () => stores.supergraphKeep(name),
      limiter: (rate) => stores.limiter(rate),
      objects: async () => scopedObjects(await stores.objects.get(), place),
      publicObjects: () => stores.publicObjects(place),
      eventLog: () => stores.eventLog.get(),
      changeFeed: () => stores.changeFeed.get(),
      embedded: () => stores.embedded(),
    };
  }

  async close(): Promise<void> {
    this.#stopWatching();
    const stores = this.#stores;
    await Promise.all([
      this.#closing('HTTP clients', () =>
        Promise.all([this.#keyAgent.destroy(), ...this.#clients.map((client) => client.close())]),
      ),
      this.#closing('the change feed', () => stores.changeFeed.close()),
    ]);
    await this.#closing('the event log', () => stores.eventLog.close());
    await Promise.all([
      this.#closing('MongoDB', () => stores.closeMongo()),
      this.#closing('PostgreSQL', () => stores.sql.close()),
      this.#closing('Redis', () => stores.closeRedis()),
      this.#closing('the object store', () => stores.objects.close()),
    ]);
  }

  /** The service's identity, and its calls of other services. */
  #clientOf(name: ServiceName): Pick<ServiceRuntime, 'http' | 'serviceTokens'> {
    const { urls, localCalls } = this.config;
    const registered = registeredKeys({
      list: () => createRegistryClient(http).list(),
      urls,
      fetch: (baseUrl) => fetchJwks(baseUrl, this.#keyAgent),
    });
    const serviceTokens = this.#identities.of(name, registered);
    const local = localCalls ? createLocalTransport(name, this.#local) : undefined;
    const http = createServiceHttp({ urls, tokens: serviceTokens, egress: this.#egress, local });
    this.#clients.push(http);
    return { http, serviceTokens };
  }

  /** Closes one of the parts; never rejects. */
  async #closing(part: string, close: () => Promise<unknown>): Promise<void> {
    try {
      await bounded(`Closing ${part}`, CLOSE_STEP_MS, close());
    } catch (error) {
      this.logger.warn({ err: error }, `${part} did not close cleanly`);
    }
  }
}
