import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import {
  loadConfig,
  type ServiceName,
  serviceNames,
  servicePorts,
  urlVariable,
} from '../../platform/config.ts';
import { developmentToken } from '../../platform/identity/development-token.ts';
import { developmentKeys } from '../../platform/identity/keys.ts';
import { services as realServices, type ServiceAddresses } from '../../platform/testing/services.ts';
import { createGraphClient, type GraphClient } from './client.ts';
import { freePortOffset } from './ports.ts';
import { type ServiceProcess, startProcess } from './process.ts';
import { type ServiceProxy, startProxy } from './proxy.ts';

/**
 * `embedded`: one process, nothing but Node. `real`: one process on real servers. `processes`: real servers and
 * each service as a process of its own.
 */
export type Shape = 'embedded' | 'real' | 'processes';

declare module 'vitest' {
  export interface ProvidedContext {
    shape: Shape;
  }
}

export interface SystemOptions {
  /** More variables for every process. */
  readonly environment?: Record<string, string>;
  /** Services that the others reach through a proxy that counts and can hold requests. */
  readonly intercept?: readonly ServiceName[];
  /** Which services there are. Default: {@link mainJob}, so that a test counts the same whichever others join them. */
  readonly services?: readonly ServiceName[];
  /** Real servers, objects in a folder where no S3 is among them, and no Redis where none is; default: those of `npm run services`. */
  readonly servers?: RealServers;
  /** Called before the first process is started, with what it will be given. */
  readonly prepare?: (environment: Readonly<Record<string, string>>) => Promise<void>;
}

/** A whole system that runs as its users run it. */
export interface System {
  readonly shape: Shape;
  readonly urls: Readonly<Record<ServiceName, string>>;
  readonly dataDir: string;
  readonly environment: Readonly<Record<string, string>>;
  /** The proxy in front of an intercepted service. */
  proxy(service: ServiceName): ServiceProxy;
  /** The process that runs a service. */
  process(service: ServiceName): ServiceProcess;
  /** A user's client; by default each call makes a new user. */
  client(userId?: string): Promise<GraphClient>;
  token(userId: string, roles?: readonly string[]): Promise<string>;
  /**
   * Stops the process of a service where it runs, and starts it again, with more variables if need be; resolves once
   * it is ready.
   */
  restart(service: ServiceName, environment?: Record<string, string>): Promise<void>;
  /** Everything that the processes printed. */
  output(): string;
  stop(): Promise<void>;
}

/** The services of the main job: drafts, their expansions, books. */
export const mainJob = [
  'gateway',
  'schemas',
  'processors',
  'state',
  'text-expansion',
  'book-compiler',
  'events',
] as const satisfies readonly ServiceName[];

type RealServers = Omit<ServiceAddresses, 's3' | 'redisUrl'> &
  Partial<Pick<ServiceAddresses, 's3' | 'redisUrl'>>;

const READY_WITHIN_MS = 120_000;
const POLL_EVERY_MS = 50;

function realEnvironment({
  mongoUrl,
  postgresUrl,
  natsUrl,
  redisUrl,
  s3,
}: RealServers): Record<string, string> {
  // Databases and streams of its own: no test meets another's data.
  const namespace = `e2e_${randomBytes(5).toString('hex')}`;
  return {
    MONGO_URL: mongoUrl,
    POSTGRES_URL: postgresUrl,
    NATS_URL: natsUrl,
    ...(redisUrl && { REDIS_URL: redisUrl }),
    ...(s3 && {
      S3_ENDPOINT: s3.endpoint,
      S3_BUCKET: s3.bucket,
      S3_ACCESS_KEY_ID: s3.accessKeyId,
      S3_SECRET_ACCESS_KEY: s3.secretAccessKey,
    }),
    NAMESPACE: namespace,
    // The server sets this much aside for every system, and keeps it when the system is gone.
    NATS_MAX_MEBIBYTES: '64',
  };
}

/** Resolves once the service is ready. @throws with what its process printed, when that ends before */
export async function untilReady(url: string, process: ServiceProcess): Promise<void> {
  let ended: Error | undefined;
  void process.gone.then((code) => {
    ended = new Error(
      `The process ended with code ${code} before it was ready:\n${process.output().slice(-4_000)}`,
    );
  });
  const deadline = Date.now() + READY_WITHIN_MS;
  for (;;) {
    const answer = await fetch(`${url}/ready`).catch(() => undefined);
    if (answer?.status === 200) return;
    if (ended) throw ended;
    if (Date.now() > deadline)
      throw new Error(`${url} was not ready in time:\n${process.output().slice(-4_000)}`);
    await pause(POLL_EVERY_MS);
  }
}

/** Starts a system of the given shape and resolves once it is ready. */
export async function startSystem(shape: Shape, options: SystemOptions = {}): Promise<System> {
  const { services = mainJob } = options;
  const dataDir = await mkdtemp(join(tmpdir(), 'blobgraph-e2e-'));
  const offset = await freePortOffset();
  const ownUrl = (service: ServiceName) => `http://127.0.0.1:${servicePorts[service] + offset}`;
  const urls = Object.fromEntries(serviceNames.map((name) => [name, ownUrl(name)])) as Record<
    ServiceName,
    string
  >;
  const proxies = new Map<ServiceName, ServiceProxy>();
  for (const name of options.intercept ?? []) proxies.set(name, await startProxy(urls[name]));
  const environment: Record<string, string> = {
    NODE_ENV: 'test',
    DATA_DIR: dataDir,
    PORT_OFFSET: String(offset),
    SERVICES: services.join(),
    ...(shape === 'embedded' ? {} : realEnvironment(options.servers ?? realServices())),
    ...Object.fromEntries([...proxies].map(([name, proxy]) => [urlVariable(name), proxy.url])),
    ...options.environment,
  };
  await options.prepare?.(environment);
  const config = loadConfig(environment);
  const keys = developmentKeys(dataDir);
  const processes = new Map<string, ServiceProcess>();
  const clients: GraphClient[] = [];
  const found = <T>(known: T | undefined, what: string): T => {
    if (known === undefined) throw new Error(`${what} was not started`);
    return known;
  };
  // In one process, whatever is done to a service is done to all.
  const nameOf = (service: ServiceName) => (shape === 'processes' ? service : 'system');
  const processOf = (service: ServiceName) => found(processes.get(nameOf(service)), service);
  const start = (service: ServiceName, more: Record<string, string> = {}) => {
    const [entry, ...args] =
      shape === 'processes' ? (['cli/start-service.ts', service] as const) : (['cli/start.ts'] as const);
    const log = join(dataDir, 'output.log');
    processes.set(nameOf(service), startProcess(entry, { ...environment, ...more }, log, args));
  };
  const ready = (those: readonly ServiceName[]) =>
    Promise.all(those.map((service) => untilReady(urls[service], processOf(service))));
  const token = async (userId: string, roles: readonly string[] = []) =>
    found((await developmentToken({ config, keys }, userId, roles)) ?? undefined, 'The development key');
  const stop = async () => {
    await Promise.all(clients.map((client) => client.close()));
    for (const process of processes.values()) process.signal('SIGCONT');
    await Promise.all([...processes.values()].map((process) => process.stop()));
    await Promise.all([...proxies.values()].map((proxy) => proxy.close()));
    await rm(dataDir, { recursive: true, force: true });
  };

  for (const service of shape === 'processes' ? services : (['gateway'] as const)) start(service);
  await ready(services).catch(async (error: unknown) => {
    await stop();
    throw error;
  });

  return {
    shape,
    urls,
    dataDir,
    environment,
    process: processOf,
    proxy: (service) => found(proxies.get(service), `The proxy of ${service}`),
    token,
    async client(userId = `user|${randomBytes(4).toString('hex')}@example.com`) {
      const client = createGraphClient(urls.gateway, await token(userId));
      clients.push(client);
      return client;
    },
    async restart(service, more) {
      await processOf(service).stop();
      start(service, more);
      await ready(shape === 'processes' ? [service] : services);
    },
    output: () => [...processes.values()].map((one) => one.output()).join('\n'),
    stop,
  };
}
