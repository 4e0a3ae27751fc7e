import { z } from 'zod';
import { defined } from '../collections/defined.ts';
import type { HostPattern } from '../egress/hosts.ts';
import type { SocketLimits } from '../serving/connections/admission.ts';
import { ConfigError } from './error.ts';
import {
  connectionLimits,
  connectionVariables,
  doorVariables,
  type FrontConfig,
  frontOf,
  tokenVariables,
} from './front.ts';
import {
  loadVariables,
  processVariables,
  reconcilerVariables,
  registryVariables,
  trustVariables,
} from './process.ts';
import { longestWorkSeconds, MAX_TIMEOUT_SECONDS } from './runs.ts';
import { readSecrets, secretsOf } from './secrets.ts';
import { doubleKeys, type KeyPlace, keyPlaces, keySettings, missingKeys } from './service-keys.ts';
import { servicePorts } from './services.generated.ts';
import { type ServiceName, serviceNames, serviceUrls, serviceUrlVariables } from './services.ts';
import { type StoresConfig, storeContradictions, storesOf, storeVariables } from './stores.ts';
import { linesOf } from './values.ts';
import { type WebhooksConfig, webhooksOf, webhookVariables } from './webhooks.ts';

export { ConfigError } from './error.ts';
export { type ServiceName, serviceNames, urlVariable } from './services.ts';
export { secret, wholeNumber } from './values.ts';
export { servicePorts };

/** The variables of all services by subject, as `docs/configuration.md` has them. Addresses and keys follow the services. */
export const variablesBySubject: Readonly<Record<string, Readonly<Record<string, z.ZodType>>>> = {
  'The process': processVariables,
  'Stores and the event log': storeVariables,
  'Users’ tokens': tokenVariables,
  Connections: connectionVariables,
  'What the gateway shows': doorVariables,
  'Trust between services': trustVariables,
  Load: loadVariables,
  'The registry of processors': registryVariables,
  'The reconciler': reconcilerVariables,
  Webhooks: webhookVariables,
};

/** Every variable that the services read, with what it may be. A secret `NAME` may also be the text of a file, `NAME_FILE`. */
export const environmentSchema = z.object({
  ...processVariables,
  ...storeVariables,
  ...tokenVariables,
  ...connectionVariables,
  ...doorVariables,
  ...trustVariables,
  ...loadVariables,
  ...registryVariables,
  ...reconcilerVariables,
  ...webhookVariables,
  ...serviceUrlVariables,
  ...keySettings(serviceNames),
});

export type Environment = z.infer<typeof environmentSchema>;

/** Services' configuration. Optional members are absent where the embedded or development form is used. */
export interface Config extends StoresConfig, FrontConfig {
  /** Whether `NODE_ENV` is `production`: then no key is made up. */
  readonly production: boolean;
  /**
   * Variables that are one service's alone, checked and with their defaults.
   * @throws ConfigError that names each bad variable and its fix, and no value
   */
  readonly settings: <Settings extends z.ZodObject>(schema: Settings) => z.infer<Settings>;
  /** Folder of the embedded stores and of the development keys. */
  readonly dataDir: string;
  /** Added to the port of every service. */
  readonly portOffset: number;
  /** The address that services listen on. */
  readonly host: string;
  /** Whether services of one process call each other without a socket. */
  readonly localCalls: boolean;
  /** The least important lines that are logged. */
  readonly logLevel: string;
  /** Each opens `/graphql` to another router; absent: one that is made under `dataDir`, in production none. */
  readonly routerSecrets?: readonly string[];
  /** Secret of services of the previous release: accepted, and used to call them, while it is set. */
  readonly serviceSecret?: string;
  /** Private keys of services: the text of the keys, or the file of it. */
  readonly serviceKeys: Readonly<Partial<Record<ServiceName, KeyPlace>>>;
  /** Hosts at which registered processors may answer; absent: any in development, in production those of `urls`. */
  readonly processorHosts?: readonly HostPattern[];
  /** Encrypts connection strings: 32 bytes. Absent: one that is made under `dataDir`. */
  readonly connectionKey?: Buffer;
  /** Bounds of what a service holds and has in work. */
  readonly limits: {
    /** Milliseconds that a request may take in all. */
    readonly requestTimeoutMs: number;
    /** Requests in work and waiting for their turn, in one service. */
    readonly requests: number;
    /** Documents whose events may wait before new blobs are refused. */
    readonly outbox: number;
    /** Runs of one user that a processor is asked for at once; further ones wait in the index. 0: any number. */
    readonly userRuns: number;
    /** Changes held for subscribers in one process. */
    readonly history: { readonly changes: number; readonly bytes: number };
    /** TCP connections open at once, in one service. */
    readonly connections: number;
    readonly sockets: SocketLimits;
  };
  /** Between two health checks of a processor; one may take as long. */
  readonly healthCheckSeconds: number;
  /** The processors of this process register as candidates for this share of new blobs, 0 to 1. */
  readonly canaryShare?: number;
  /** When the reconciler works, and how much it may do. */
  readonly reconciler: {
    /** 0: it does not run by itself. */
    readonly everySeconds: number;
    /** Age below which it leaves data alone. */
    readonly graceSeconds: number;
    /** Repairs of one pass at most. */
    readonly maxChanges: number;
  };
  readonly webhooks: WebhooksConfig;
  /** The services that there are, in the order of `supergraph.yaml`: one left out is neither started nor waited for. */
  readonly services: readonly ServiceName[];
  /** Where each service answers, without a trailing slash. */
  readonly urls: Readonly<Record<ServiceName, string>>;
}

/** Whether only this machine gets at what listens on `host`. */
export const isLoopback = (host: string): boolean => ['127.0.0.1', '::1', 'localhost'].includes(host);

const LONGEST_WORK_SECONDS = longestWorkSeconds(MAX_TIMEOUT_SECONDS);

/** Mistakes that only show across variables. */
function contradictions(given: NodeJS.ProcessEnv): string[] {
  const found: string[] = [];
  const needs = (variable: keyof Environment, fix: string) => {
    if (!given[variable]) found.push(`${variable}: ${fix}`);
  };
  if (given['NODE_ENV'] === 'production') {
    if (!given['JWT_PUBLIC_KEY']) needs('JWKS_URL', 'set it, or JWT_PUBLIC_KEY, in production');
    needs('JWT_ISSUER', 'set it in production to the issuer of the users’ tokens');
    needs('JWT_AUDIENCE', 'set it in production to the audience of the users’ tokens');
    needs('CONNECTION_KEY', 'set it in production to 32 random bytes in base64');
    const grace = given['RECONCILE_GRACE_SECONDS'];
    if (grace !== undefined && Number(grace) < LONGEST_WORK_SECONDS) {
      found.push(
        `RECONCILE_GRACE_SECONDS: set it to at least ${LONGEST_WORK_SECONDS} in production: so long may work go on`,
      );
    }
  }
  return [...found, ...doubleKeys(serviceNames, given), ...storeContradictions(given)];
}

const problemsOf = ({ issues }: z.ZodError): string[] =>
  issues.map(({ path, message }) => `${path.join('.')}: ${message}`);

/** This process's own variables, for one that it starts. */
export const inheritedEnvironment = (): NodeJS.ProcessEnv => ({ ...process.env });

/** A variable that is set to nothing is not set. */
const givenIn = (environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));

/**
 * Reads and checks some variables of the environment and no others, for commands that are no service.
 * @throws ConfigError that names each bad variable and its fix, and no value
 */
export function readSettings<Settings extends z.ZodObject>(
  schema: Settings,
  environment: NodeJS.ProcessEnv = process.env,
): z.infer<Settings> {
  const { given, problems } = readSecrets(givenIn(environment), secretsOf(schema.shape));
  const parsed = schema.safeParse(given);
  if (parsed.success && problems.length === 0) return parsed.data;
  throw new ConfigError([...problems, ...(parsed.error ? problemsOf(parsed.error) : [])].join('\n'));
}

/** The services whose keys this process needs: those that it runs. */
function run(running: Running, { SERVICES }: Partial<Environment> = {}): readonly ServiceName[] {
  if (running !== 'all') return running;
  return SERVICES ?? serviceNames;
}

/** Services that a process runs: some by name, or all that there are. */
type Running = readonly ServiceName[] | 'all';

/**
 * Reads and checks the environment: the only place that does. `running`: the services that this process is for.
 * @throws ConfigError that names each bad variable and its fix, and no value
 */
export function loadConfig(environment: NodeJS.ProcessEnv = process.env, running: Running = []): Config {
  const { given, problems: unreadable } = readSecrets(
    givenIn(environment),
    secretsOf(environmentSchema.shape),
  );
  const parsed = environmentSchema.safeParse(given);
  const problems = [
    ...unreadable,
    ...(parsed.error ? problemsOf(parsed.error) : []),
    ...contradictions(given),
    ...(given['NODE_ENV'] === 'production' ? missingKeys(run(running, parsed.data), given) : []),
  ];
  if (!parsed.success || problems.length > 0) throw new ConfigError(problems.join('\n'));
  return configOf(parsed.data, given);
}

function configOf(env: Environment, given: NodeJS.ProcessEnv): Config {
  const production = env.NODE_ENV === 'production';
  return {
    production,
    settings: (schema) => readSettings(schema, given),
    dataDir: env.DATA_DIR,
    portOffset: env.PORT_OFFSET,
    host: env.HOST ?? '127.0.0.1',
    localCalls: env.LOCAL_CALLS,
    logLevel: env.LOG_LEVEL,
    ...storesOf(env),
    ...frontOf(env, production),
    limits: {
      requestTimeoutMs: env.REQUEST_TIMEOUT_MS,
      requests: env.MAX_REQUESTS,
      outbox: env.MAX_OUTBOX,
      userRuns: env.USER_RUNS,
      history: { changes: env.MAX_HISTORY_CHANGES, bytes: env.MAX_HISTORY_MEBIBYTES * 1024 ** 2 },
      ...connectionLimits(env),
    },
    healthCheckSeconds: env.HEALTH_CHECK_SECONDS,
    ...(env.CANARY_PERCENT === undefined ? {} : { canaryShare: env.CANARY_PERCENT / 100 }),
    reconciler: {
      everySeconds: env.RECONCILE_EVERY_SECONDS,
      graceSeconds: env.RECONCILE_GRACE_SECONDS,
      maxChanges: env.RECONCILE_MAX_CHANGES,
    },
    webhooks: webhooksOf(env),
    services: serviceNames.filter((name) => env.SERVICES?.includes(name) ?? true),
    urls: serviceUrls(env, env.PORT_OFFSET),
    serviceKeys: keyPlaces(serviceNames, env),
    ...defined({
      routerSecrets: env.ROUTER_SECRET === undefined ? undefined : linesOf(env.ROUTER_SECRET),
      processorHosts: env.PROCESSOR_HOSTS,
      serviceSecret: env.SERVICE_SECRET,
      connectionKey: env.CONNECTION_KEY ? Buffer.from(env.CONNECTION_KEY, 'base64') : undefined,
    }),
  };
}

/** The configuration of a process that runs these services. @throws ConfigError like {@link loadConfig} */
export const configFor = (running: Running): Config => loadConfig(process.env, running);

/** The client of S3 would warn at every start of a Node that its later versions will not run on; it asks the environment alone. */
export function disableVendorWarnings(environment: NodeJS.ProcessEnv = process.env): void {
  environment['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';
}
