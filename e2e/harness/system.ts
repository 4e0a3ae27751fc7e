import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type ServiceName, serviceNames, servicePorts, urlVariable } from '../../platform/config/config.ts';
import { projectRoot } from '../../platform/process/paths.ts';
import { services as realServices, type ServiceAddresses } from '../../platform/testing/services.ts';
import { freePortOffset } from './ports.ts';
import { type ServiceProcess, startProcess } from './process.ts';
import { type ServiceProxy, startProxy } from './proxy.ts';
import { type Place, type Users, usersOf } from './users.ts';

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
  /** More environment variables for every process. */
  readonly environment?: Record<string, string>;
  /** Services that the others reach through a {@link ServiceProxy}. */
  readonly intercept?: readonly ServiceName[];
  /** Services to start. Default: {@link mainJob}, so that counts in tests do not depend on new services. */
  readonly services?: readonly ServiceName[];
  /** Real servers; without S3, objects are in a folder. Default: those of `npm run services`. */
  readonly servers?: RealServers;
  /** Folder of the build to run. Default: this one. */
  readonly root?: string;
  /** Called before the first process starts, with its environment. */
  readonly prepare?: (environment: Readonly<Record<string, string>>) => Promise<void>;
}

/** A whole system, started as users start it. */
export interface System extends Place, Users {
  readonly shape: Shape;
  /** The proxy in front of an intercepted service. */
  proxy(service: ServiceName): ServiceProxy;
  /** The process that runs a service. */
  process(service: ServiceName): ServiceProcess;
  /**
   * Stops a service's process if it runs, and starts it again, with more environment variables if given. Resolves once
   * it is ready.
   */
  restart(service: ServiceName, environment?: Record<string, string>): Promise<void>;
  /** Output of all processes. */
  output(): string;
  stop(): Promise<void>;
}

/** Services of the main job: drafts, expansions, books. */
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

/** Tests and benchmarks send requests as fast as they can. */
const UNLIMITED = {
  REQUESTS_PER_MINUTE: '0',
  SOCKET_OPERATIONS_PER_MINUTE: '0',
  FAILED_LOGINS_PER_MINUTE: '0',
};

const READY_WITHIN_MS = 120_000;
const POLL_EVERY_MS = 50;

function realEnvironment({
  mongoUrl,
  postgresUrl,
  natsUrl,
  redisUrl,
  s3,
}: RealServers): Record<string, string> {
  // Separate databases and streams for each system.
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
    // The server reserves this for every stream, also after the system has ended.
    NATS_MAX_MEBIBYTES: '64',
  };
}

/** Waits until a service is ready. @throws with the process's output, when it ends or is not ready in time */
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
    // Before the answer is looked at: it may be another's, who has the port.
    if (ended) throw ended;
    if (answer?.status === 200) return;
    if (Date.now() > deadline)
      throw new Error(`${url} was not ready in time:\n${process.output().slice(-4_000)}`);
    await pause(POLL_EVERY_MS);
  }
}

const found = <T>(known: T | undefined, what: string): T => {
  if (known === undefined) throw new Error(`${what} was not started`);
  return known;
};

interface ProcessesOptions extends Place, Pick<System, 'shape'> {
  readonly root: string;
}

/** The processes of a system: one for all services, or one for each. */
class Processes {
  readonly #deps: ProcessesOptions;
  readonly #started = new Map<string, ServiceProcess>();

  constructor(deps: ProcessesOptions) {
    this.#deps = deps;
  }

  of(service: ServiceName): ServiceProcess {
    return found(this.#started.get(this.#nameOf(service)), service);
  }

  start(service: ServiceName, more: Readonly<Record<string, string>> = {}): void {
    const { shape, dataDir, environment, root } = this.#deps;
    const [entry, ...args] =
      shape === 'processes' ? (['start-service.js', service] as const) : (['start.js'] as const);
    const script = join(root, 'dist', 'cli', entry);
    const process = startProcess(script, { ...environment, ...more }, join(dataDir, 'output.log'), args);
    this.#started.set(this.#nameOf(service), process);
  }

  async ready(services: readonly ServiceName[]): Promise<void> {
    await Promise.all(services.map((service) => untilReady(this.#deps.urls[service], this.of(service))));
  }

  output(): string {
    return [...this.#started.values()].map((one) => one.output()).join('\n');
  }

  async stop(): Promise<void> {
    for (const process of this.#started.values()) process.signal('SIGCONT');
    await Promise.all([...this.#started.values()].map((process) => process.stop()));
  }

  /** In one process, all services share the process. */
  #nameOf(service: ServiceName): string {
    return this.#deps.shape === 'processes' ? service : 'system';
  }
}

async function addressesFor(offset: number, intercepted: readonly ServiceName[]) {
  const ownUrl = (service: ServiceName) => `http://127.0.0.1:${servicePorts[service] + offset}`;
  const urls = Object.fromEntries(serviceNames.map((name) => [name, ownUrl(name)])) as Record<
    ServiceName,
    string
  >;
  const proxies = new Map<ServiceName, ServiceProxy>();
  for (const name of intercepted) proxies.set(name, await startProxy(urls[name]));
  return { urls, proxies };
}

/** Starts a system. Resolves once all of its services are ready. */
export async function startSystem(shape: Shape, options: SystemOptions = {}): Promise<System> {
  const { services = mainJob, root = projectRoot } = options;
  const dataDir = await mkdtemp(join(tmpdir(), 'blobgraph-e2e-'));
  const offset = await freePortOffset();
  const { urls, proxies } = await addressesFor(offset, options.intercept ?? []);
  const environment: Record<string, string> = {
    NODE_ENV: 'test',
    DATA_DIR: dataDir,
    PORT_OFFSET: String(offset),
    SERVICES: services.join(),
    ...UNLIMITED,
    ...(shape === 'embedded' ? {} : realEnvironment(options.servers ?? realServices())),
    ...Object.fromEntries([...proxies].map(([name, proxy]) => [urlVariable(name), proxy.url])),
    ...options.environment,
  };
  await options.prepare?.(environment);
  const processes = new Processes({ shape, urls, dataDir, environment, root });
  const users = usersOf({ urls, dataDir, environment });
  const stop = async () => {
    await users.close();
    await processes.stop();
    await Promise.all([...proxies.values()].map((proxy) => proxy.close()));
    await rm(dataDir, { recursive: true, force: true });
  };
  for (const service of shape === 'processes' ? services : (['gateway'] as const)) processes.start(service);
  await processes.ready(services).catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  return systemOf({ shape, urls, dataDir, environment, services, proxies, processes, users, stop });
}

/** A started system. */
function systemOf({
  services,
  proxies,
  processes,
  users,
  ...system
}: Place &
  Pick<System, 'shape' | 'stop'> & {
    readonly services: readonly ServiceName[];
    readonly proxies: ReadonlyMap<ServiceName, ServiceProxy>;
    readonly processes: Processes;
    readonly users: Users;
  }): System {
  return {
    ...system,
    token: users.token,
    tokenUntil: users.tokenUntil,
    client: users.client,
    process: (service) => processes.of(service),
    proxy: (service) => found(proxies.get(service), `The proxy of ${service}`),
    async restart(service, more) {
      await processes.of(service).stop();
      processes.start(service, more);
      await processes.ready(system.shape === 'processes' ? [service] : services);
    },
    output: () => processes.output(),
  };
}
