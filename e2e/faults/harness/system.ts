import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mongodb } from '../../../cli/services/mongodb.ts';
import { nats } from '../../../cli/services/nats.ts';
import { postgresql } from '../../../cli/services/postgresql.ts';
import { redis } from '../../../cli/services/redis.ts';
import { type NatsCluster, startNatsCluster } from '../../../platform/testing/nats-cluster.ts';
import { type System, type SystemOptions, startSystem } from '../../harness/system.ts';
import { type OwnServer, startOwnServer } from './servers.ts';
import { openStores, type Stores } from './stores.ts';
import { type Link, startToxiproxy } from './toxiproxy.ts';
import { startWire, type Wire } from './wire.ts';

/** A server, with the proxies between it and the services. */
export interface Reached {
  readonly server: OwnServer;
  /** The proxy next to the services. */
  readonly link: Link;
  readonly wire: Wire;
}

/** A system of processes on servers of its own, reached through proxies. */
export interface FaultSystem extends System {
  readonly mongodb: Reached;
  readonly postgresql: Reached;
  /** Not available with a cluster, which is reached directly: its servers give clients each other's addresses. */
  readonly nats: Reached;
  readonly cluster: NatsCluster;
  /** Only with {@link FaultOptions.redis}. */
  readonly redis: Reached;
  /** The stores, read directly. */
  readonly stores: Stores;
}

export interface FaultOptions extends Omit<SystemOptions, 'servers'> {
  /** Three NATS servers with a replicated stream, instead of one. Default: false. */
  readonly cluster?: boolean;
  /** Starts Redis as well; without it, its data is in a folder. Default: false. */
  readonly redis?: boolean;
}

const through = (url: string, port: number): string => {
  const proxied = new URL(url);
  proxied.port = `${port}`;
  return proxied.href;
};

/**
 * Without a replica set in the URL, the driver stays on the proxy. Retryable writes are off: services must recover
 * lost writes.
 */
const directly = (mongoUrl: string): string => {
  const url = new URL(mongoUrl);
  url.searchParams.delete('replicaSet');
  url.searchParams.set('directConnection', 'true');
  url.searchParams.set('retryWrites', 'false');
  return url.href;
};

/** Resources that are closed in reverse order, each also when another fails. */
class Opened {
  readonly #closing: (() => Promise<unknown>)[] = [];

  add<T>(what: T, close: (what: T) => Promise<unknown>): T {
    this.#closing.push(() => close(what));
    return what;
  }

  async close(): Promise<void> {
    const failures: unknown[] = [];
    for (const close of this.#closing.splice(0).toReversed())
      await close().catch((error: unknown) => failures.push(error));
    if (failures.length > 0) throw failures[0];
  }
}

const missing = (what: string): never => {
  throw new Error(`This system has no ${what}`);
};

/** Starts servers, proxies and services. Resolves once all are ready. */
export async function startFaultSystem(options: FaultOptions = {}): Promise<FaultSystem> {
  const opened = new Opened();
  try {
    return await open(options, opened);
  } catch (error) {
    await opened.close();
    throw error;
  }
}

async function open(
  { cluster: wantsCluster = false, redis: wantsRedis = false, ...options }: FaultOptions,
  opened: Opened,
) {
  const folder = opened.add(await mkdtemp(join(tmpdir(), 'blobgraph-faults-')), (path) =>
    rm(path, { recursive: true, force: true }),
  );
  // PostgreSQL runs as another user.
  await chmod(folder, 0o755);
  const toxiproxy = opened.add(await startToxiproxy(), (one) => one.close());
  const reach = async (definition: typeof mongodb): Promise<Reached> => {
    const server = opened.add(await startOwnServer(definition, folder), (one) => one.close());
    const wire = opened.add(await startWire(server.port), (one) => one.close());
    return { server, wire, link: await toxiproxy.link(definition.name, wire.port) };
  };
  const cluster = wantsCluster ? opened.add(await startNatsCluster(), (one) => one.stop()) : undefined;
  const [mongo, postgres] = [await reach(mongodb), await reach(postgresql)];
  const single = cluster ? undefined : await reach(nats);
  const cache = wantsRedis ? await reach(redis) : undefined;
  const natsUrl = cluster?.urls.join(',') ?? through(single?.server.url ?? '', single?.link.port ?? 0);
  const system = opened.add(
    await startSystem('processes', {
      ...options,
      environment: { ...(cluster ? { NATS_REPLICAS: '3' } : {}), ...options.environment },
      servers: {
        mongoUrl: directly(through(mongo.server.url, mongo.link.port)),
        postgresUrl: through(postgres.server.url, postgres.link.port),
        natsUrl,
        ...(cache ? { redisUrl: through(cache.server.url, cache.link.port) } : {}),
      },
    }),
    (one) => one.stop(),
  );
  const stores = opened.add(
    await openStores({
      mongoUrl: mongo.server.url,
      postgresUrl: postgres.server.url,
      natsServers: cluster?.urls ?? [single?.server.url ?? ''],
      namespace: system.environment['NAMESPACE'] ?? '',
    }),
    (one) => one.close(),
  );
  return {
    ...system,
    mongodb: mongo,
    postgresql: postgres,
    get nats() {
      return single ?? missing('single NATS server');
    },
    get redis() {
      return cache ?? missing('Redis');
    },
    get cluster() {
      return cluster ?? missing('NATS cluster');
    },
    stores,
    stop: () => opened.close(),
  };
}
