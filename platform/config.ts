import { createPublicKey } from 'node:crypto';
import { z } from 'zod';
import { type HostPattern, hostList } from './egress/hosts.ts';
import { StartersFault } from './exit.ts';
import {
  doubleKeys,
  type KeyPlace,
  keyPlaces,
  keySettings,
  missingKeys,
} from './identity/service/settings.ts';
import { longestWorkSeconds, MAX_TIMEOUT_SECONDS } from './processor/runs/settings.ts';
import { servicePorts } from './services.generated.ts';
import { isHostName } from './serving/doors/hosts.ts';
import type { SocketLimits } from './serving/websocket/admission.ts';
import { isNetwork } from './serving/websocket/client-address.ts';

export { servicePorts };

export type ServiceName = keyof typeof servicePorts;

export const serviceNames = Object.keys(servicePorts) as ServiceName[];

/** A variable that holds a URL of one of these protocols, e.g. `http:`. */
export const url = (...protocols: string[]) =>
  z
    .string()
    .refine(
      (text) => URL.canParse(text) && protocols.includes(new URL(text).protocol),
      `must be a URL that starts with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}`,
    );

/** A variable that holds a whole number. */
export function wholeNumber(min: number, max: number) {
  const message = `must be a whole number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^\d{1,10}$/, message)
    .transform(Number)
    .refine((value) => value >= min && value <= max, message);
}

function isPublicKey(pem: string): boolean {
  try {
    return pem.trimStart().startsWith('-----BEGIN PUBLIC KEY-----') && createPublicKey(pem).type === 'public';
  } catch {
    return false;
  }
}

const optionalHttp = url('http:', 'https:').optional();

type UrlVariable = `${string}_URL`;

/** The variable that says where a service answers, e.g. `TEXT_EXPANSION_URL`. */
export const urlVariable = (service: string): UrlVariable =>
  `${service.toUpperCase().replaceAll('-', '_')}_URL`;

const isServiceName = (name: string): name is ServiceName =>
  (serviceNames as readonly string[]).includes(name);

/** Names of services with commas between. */
const serviceList = z.string().transform((text, context): ServiceName[] => {
  const names = text.split(',').map((name) => name.trim());
  if (names.every(isServiceName)) return names;
  context.addIssue({
    code: 'custom',
    message: `must be some of ${serviceNames.join(',')}, with commas between`,
  });
  return z.NEVER;
});

/** A list with commas between, each entry of which is `what` says. */
const list = (isEntry: (text: string) => boolean, what: string) =>
  z
    .string()
    .transform((text) => text.split(',').map((entry) => entry.trim()))
    .refine((entries) => entries.every(isEntry), `must be ${what}, with commas between`);

const serviceUrlVariables = Object.fromEntries(
  serviceNames.map((name) => [urlVariable(name), optionalHttp]),
) as Record<UrlVariable, typeof optionalHttp>;

/** Every variable that the services read, with what it may be. */
export const environmentSchema = z.object({
  NODE_ENV: z.enum(['development', 'production', 'test']).default('development'),
  /** Folder of the embedded stores and of the development keys. */
  DATA_DIR: z.string().min(1).default('.blobgraph'),
  /** Added to every port, so that several systems run beside each other. */
  PORT_OFFSET: wholeNumber(0, 50_000).default(0),
  /** The address that the gateway listens on. */
  HOST: z.string().min(1).optional(),
  /** The services that there are; unset: all. */
  SERVICES: serviceList.optional(),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('warn'),
  MONGO_URL: url('mongodb:', 'mongodb+srv:').optional(),
  POSTGRES_URL: url('postgres:', 'postgresql:').optional(),
  /** One or several, with commas between. */
  NATS_URL: z
    .string()
    .transform((text) => text.split(',').map((server) => server.trim()))
    .refine(
      (servers) => servers.every((server) => /^((nats|tls):\/\/)?[^\s/]+$/.test(server)),
      'must be one or several URLs that start with nats:// or tls://, with commas between',
    )
    .optional(),
  /** Replicas of the stream: 3 on a cluster. */
  NATS_REPLICAS: wholeNumber(1, 5).default(1),
  /** How long the stream keeps an event that every processor has acknowledged. */
  NATS_MAX_AGE_HOURS: wholeNumber(1, 87_600).default(336),
  /** The stream's capacity, dead letters a sixteenth of it; the oldest events make room, and the oldest letters. */
  NATS_MAX_MEBIBYTES: wholeNumber(16, 16_777_216).default(2_048),
  /** The newest events, in percent of the stream, that are kept for processors that lag and for subscribers' cursors. */
  NATS_KEPT_PERCENT: wholeNumber(10, 80).default(50),
  /** How long an event's id is remembered: longer than state is away between publishing and noting it. */
  NATS_DEDUP_MINUTES: wholeNumber(2, 1_440).default(120),
  /** How long dead letters are kept. */
  NATS_DEAD_LETTER_DAYS: wholeNumber(1, 3_650).default(90),
  /** With user and password where there are some. */
  REDIS_URL: url('redis:', 'rediss:').optional(),
  /** How long Redis keeps what can be made again, in days. */
  REDIS_TTL_DAYS: wholeNumber(1, 3_650).default(30),
  /** What each processor that would use Redis holds in memory without it. */
  REDIS_EMBEDDED_MEBIBYTES: wholeNumber(1, 65_536).default(64),
  /** S3, or what speaks as it does. */
  S3_ENDPOINT: optionalHttp,
  S3_BUCKET: z
    .string()
    .regex(
      /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
      'must be 3 to 63 lower-case letters, digits, dots or hyphens, a letter or digit first and last',
    )
    .default('blobgraph'),
  S3_REGION: z
    .string()
    .regex(/^[a-z0-9-]{1,63}$/, 'must be lower-case letters, digits and hyphens')
    .default('us-east-1'),
  /** Where browsers find S3: signed addresses lead there. Unset: they lead to the gateway. */
  S3_PUBLIC_ENDPOINT: optionalHttp,
  S3_ACCESS_KEY_ID: z.string().min(1).optional(),
  S3_SECRET_ACCESS_KEY: z.string().min(1).optional(),
  /** Set before the names of databases, streams and objects, so that several systems share servers. */
  NAMESPACE: z
    .string()
    .regex(
      /^[a-z][a-z0-9_]{0,30}$/,
      'must be 1 to 31 lower-case letters, digits or underscores, a letter first',
    )
    .default('blobgraph'),
  JWKS_URL: optionalHttp,
  /** PEM (SPKI) of the key that signs users' tokens, where there is no JWKS_URL. */
  JWT_PUBLIC_KEY: z
    .string()
    .refine(isPublicKey, 'must be a public key in PEM (SPKI), from -----BEGIN PUBLIC KEY----- on, in lines')
    .optional(),
  JWT_ISSUER: z.string().min(1).optional(),
  JWT_AUDIENCE: z.string().min(1).optional(),
  /** Shown by other routers beside the user's token: opens `/graphql` alone. */
  ROUTER_SECRET: z.string().min(32, 'must have at least 32 characters').optional(),
  /** What services of the release before sign with: taken while it is set. */
  SERVICE_SECRET: z.string().min(32, 'must have at least 32 characters').optional(),
  /** Hosts at which registered processors may answer, beside those of the services themselves. */
  PROCESSOR_HOSTS: hostList.optional(),
  /** Encrypts the registry's connection strings: 32 bytes in base64. */
  CONNECTION_KEY: z
    .string()
    .refine((text) => Buffer.from(text, 'base64').length === 32, 'must be 32 bytes in base64')
    .optional(),
  /** Milliseconds that a request may take, calls of other services included; callers may ask for less. */
  REQUEST_TIMEOUT_MS: wholeNumber(100, 600_000).default(30_000),
  /** Requests that one service has in work or waiting; when there are more, the user with most waiting is answered 503. */
  MAX_REQUESTS: wholeNumber(1, 100_000).default(500),
  /** TCP connections that one service has open at once, sockets included; more are closed at once. */
  MAX_CONNECTIONS: wholeNumber(10, 1_000_000).default(10_000),
  /** Connections over WebSocket that one service has open at once. */
  MAX_SOCKETS: wholeNumber(1, 1_000_000).default(5_000),
  /** Of them, those that have not said yet who they are. */
  MAX_SOCKETS_UNAUTHENTICATED: wholeNumber(1, 1_000_000).default(500),
  /** Of them, those of one user. */
  MAX_SOCKETS_PER_USER: wholeNumber(1, 1_000_000).default(100),
  /** Of them, those of one address; 0: any number. */
  MAX_SOCKETS_PER_ADDRESS: wholeNumber(0, 1_000_000).default(1_000),
  /** What is kept for all of them: answers that are not read, and messages that have not come whole. */
  MAX_SOCKET_MEBIBYTES: wholeNumber(32, 1_048_576).default(256),
  /** Proxies whose `X-Forwarded-For` tells the client's address. */
  TRUSTED_PROXIES: list(isNetwork, 'addresses or networks such as 10.0.0.0/8').optional(),
  /** Names, beside loopback's and the services' own, by which `/ready` and `/metrics` may be asked. */
  ALLOWED_HOSTS: list(isHostName, 'host names without a port').optional(),
  /** Documents whose events wait for the event log; while there are more, new blobs are answered 503. */
  MAX_OUTBOX: wholeNumber(1, 100_000_000).default(10_000),
  /** Changes that one process holds for its subscribers, beside which older ones are read from the log. */
  MAX_HISTORY_CHANGES: wholeNumber(10, 10_000_000).default(20_000),
  /** What they take of its memory; one user's take half of either at most. */
  MAX_HISTORY_MEBIBYTES: wholeNumber(1, 65_536).default(16),
  /** The graph with processors from outside, as `npm run compose` prints it; of the gateway and of state. Unset: our own. */
  SUPERGRAPH_FILE: z.string().min(1).optional(),
  /** Whose planner the gateway uses. */
  QUERY_PLANNER: z.enum(['apollo', 'hive']).default('apollo'),
  /** Bearer token of `/metrics`. */
  METRICS_TOKEN: z.string().min(16, 'must have at least 16 characters').optional(),
  /** Seconds between two runs of the reconciler; 0: none. */
  RECONCILE_EVERY_SECONDS: wholeNumber(0, 604_800).default(3_600),
  /** Age in seconds below which the reconciler leaves data alone. */
  RECONCILE_GRACE_SECONDS: wholeNumber(0, 2_592_000).default(21_600),
  /** The most repairs of one reconciler run. */
  RECONCILE_MAX_CHANGES: wholeNumber(1, 100_000).default(1_000),
  ...serviceUrlVariables,
  ...keySettings(serviceNames),
});

export type Environment = z.infer<typeof environmentSchema>;

/** Services' configuration. Optional members are absent where the embedded or development form is used. */
export interface Config {
  readonly production: boolean;
  /**
   * Variables that are one service's alone, checked and with their defaults.
   * @throws ConfigError that names each bad variable and its fix, and no value
   */
  readonly settings: <Settings extends z.ZodObject>(schema: Settings) => z.infer<Settings>;
  readonly dataDir: string;
  readonly portOffset: number;
  readonly host: string;
  readonly logLevel: string;
  readonly namespace: string;
  readonly mongoUrl?: string;
  readonly postgresUrl?: string;
  readonly nats?: {
    readonly servers: readonly string[];
    readonly replicas: number;
    readonly maxAgeMs: number;
    readonly maxBytes: number;
    /** From 0 to 1. */
    readonly keptShare: number;
    readonly dedupWindowMs: number;
    readonly deadLetterMaxAgeMs: number;
  };
  /** Where what can be made again is kept. */
  readonly redis: {
    /** Absent: in the memory of the process. */
    readonly url?: string;
    readonly ttlMs: number;
    readonly embeddedBytes: number;
  };
  readonly s3?: {
    readonly endpoint: string;
    readonly bucket: string;
    readonly region: string;
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    /** Where browsers find it; absent: they come to the gateway. */
    readonly publicEndpoint?: string;
  };
  readonly userTokens: {
    readonly jwksUrl?: string;
    readonly publicKey?: string;
    readonly issuer?: string;
    readonly audience?: string;
  };
  /** Opens `/graphql` to other routers. */
  readonly routerSecret?: string;
  /** Of the release before: taken, and spoken to its services, while it is there. */
  readonly serviceSecret?: string;
  /** Private keys of services: the text of the keys, or the file of it. */
  readonly serviceKeys: Readonly<Partial<Record<ServiceName, KeyPlace>>>;
  /** Hosts at which registered processors may answer; absent: any in development, in production those of `urls`. */
  readonly processorHosts?: readonly HostPattern[];
  readonly connectionKey?: Buffer;
  readonly limits: {
    /** Milliseconds that a request may take in all. */
    readonly requestTimeoutMs: number;
    /** Requests in work and waiting for their turn, in one service. */
    readonly requests: number;
    /** Documents whose events may wait before new blobs are refused. */
    readonly outbox: number;
    /** Changes held for subscribers in one process. */
    readonly history: { readonly changes: number; readonly bytes: number };
    /** TCP connections open at once, in one service. */
    readonly connections: number;
    readonly sockets: SocketLimits;
  };
  /** Proxies whose `X-Forwarded-For` is believed. */
  readonly trustedProxies: readonly string[];
  /** Names of hosts, beside loopback's and the services' own, by which `/ready` and `/metrics` may be asked. */
  readonly allowedHosts: readonly string[];
  /** A supergraph in place of our own: it has processors from outside, too. */
  readonly supergraphFile?: string;
  /** Whose planner plans the gateway's operations. */
  readonly queryPlanner: 'apollo' | 'hive';
  readonly reconciler: {
    /** 0: it does not run by itself. */
    readonly everySeconds: number;
    readonly graceSeconds: number;
    readonly maxChanges: number;
  };
  /** Opens `/metrics`. Absent: it is open where the service listens on the loopback address, and nowhere else. */
  readonly metricsToken?: string;
  /** The services that there are, in the order of `supergraph.yaml`: one left out is neither started nor waited for. */
  readonly services: readonly ServiceName[];
  /** Where each service answers, without a trailing slash. */
  readonly urls: Readonly<Record<ServiceName, string>>;
}

/** Whether only this machine gets at what listens on `host`. */
export const isLoopback = (host: string): boolean => ['127.0.0.1', '::1', 'localhost'].includes(host);

/** The environment is not one to start with: one line a variable, each with the fix. */
export class ConfigError extends StartersFault {
  override readonly name = 'ConfigError';
}

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
  found.push(...doubleKeys(serviceNames, given));
  if (given['S3_ENDPOINT']) {
    needs('S3_ACCESS_KEY_ID', 'set it beside S3_ENDPOINT');
    needs('S3_SECRET_ACCESS_KEY', 'set it beside S3_ENDPOINT');
  } else if (given['S3_PUBLIC_ENDPOINT']) {
    needs(
      'S3_ENDPOINT',
      'set it beside S3_PUBLIC_ENDPOINT, which only says where browsers find the same server',
    );
  } else if (given['S3_BUCKET'] || given['S3_ACCESS_KEY_ID'] || given['S3_SECRET_ACCESS_KEY']) {
    needs('S3_ENDPOINT', 'set it beside S3_BUCKET and its keys, e.g. to https://s3.eu-west-1.amazonaws.com');
  }
  const [dedupMinutes, maxAgeHours] = [
    given['NATS_DEDUP_MINUTES'] ?? 120,
    given['NATS_MAX_AGE_HOURS'] ?? 336,
  ];
  if (Number(dedupMinutes) > Number(maxAgeHours) * 60)
    found.push(
      'NATS_DEDUP_MINUTES: an id cannot be remembered for longer than NATS_MAX_AGE_HOURS keeps its event',
    );
  return found;
}

function serviceUrls(env: Environment): Record<ServiceName, string> {
  const entries = serviceNames.map((name) => {
    const given = (env as { readonly [variable: UrlVariable]: string | undefined })[urlVariable(name)];
    return [name, (given ?? `http://127.0.0.1:${servicePorts[name] + env.PORT_OFFSET}`).replace(/\/+$/, '')];
  });
  return Object.fromEntries(entries) as Record<ServiceName, string>;
}

const problemsOf = ({ issues }: z.ZodError): string[] =>
  issues.map(({ path, message }) => `${path.join('.')}: ${message}`);

const defined = <T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as never;

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
  const parsed = schema.safeParse(givenIn(environment));
  if (parsed.success) return parsed.data;
  throw new ConfigError(problemsOf(parsed.error).join('\n'));
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
  const given = givenIn(environment);
  const parsed = environmentSchema.safeParse(given);
  const problems = [
    ...(parsed.error ? problemsOf(parsed.error) : []),
    ...contradictions(given),
    ...(given['NODE_ENV'] === 'production' ? missingKeys(run(running, parsed.data), given) : []),
  ];
  if (!parsed.success || problems.length > 0) throw new ConfigError(problems.join('\n'));
  const env = parsed.data;
  return {
    production: env.NODE_ENV === 'production',
    settings: (schema) => readSettings(schema, given),
    dataDir: env.DATA_DIR,
    portOffset: env.PORT_OFFSET,
    host: env.HOST ?? '127.0.0.1',
    logLevel: env.LOG_LEVEL,
    namespace: env.NAMESPACE,
    userTokens: defined({
      jwksUrl: env.JWKS_URL,
      publicKey: env.JWT_PUBLIC_KEY,
      issuer: env.JWT_ISSUER,
      audience: env.JWT_AUDIENCE,
    }),
    limits: {
      requestTimeoutMs: env.REQUEST_TIMEOUT_MS,
      requests: env.MAX_REQUESTS,
      outbox: env.MAX_OUTBOX,
      history: { changes: env.MAX_HISTORY_CHANGES, bytes: env.MAX_HISTORY_MEBIBYTES * 1024 ** 2 },
      connections: env.MAX_CONNECTIONS,
      sockets: socketLimits(env),
    },
    trustedProxies: env.TRUSTED_PROXIES ?? [],
    allowedHosts: env.ALLOWED_HOSTS ?? [],
    queryPlanner: env.QUERY_PLANNER,
    reconciler: {
      everySeconds: env.RECONCILE_EVERY_SECONDS,
      graceSeconds: env.RECONCILE_GRACE_SECONDS,
      maxChanges: env.RECONCILE_MAX_CHANGES,
    },
    redis: {
      ttlMs: env.REDIS_TTL_DAYS * 86_400_000,
      embeddedBytes: env.REDIS_EMBEDDED_MEBIBYTES * 1024 ** 2,
      ...defined({ url: env.REDIS_URL }),
    },
    services: serviceNames.filter((name) => env.SERVICES?.includes(name) ?? true),
    urls: serviceUrls(env),
    serviceKeys: keyPlaces(serviceNames, env),
    ...defined({
      routerSecret: env.ROUTER_SECRET,
      processorHosts: env.PROCESSOR_HOSTS,
      supergraphFile: env.SUPERGRAPH_FILE,
      metricsToken: env.METRICS_TOKEN,
      mongoUrl: env.MONGO_URL,
      postgresUrl: env.POSTGRES_URL,
      nats: env.NATS_URL ? nats(env.NATS_URL, env) : undefined,
      s3: s3(env),
      serviceSecret: env.SERVICE_SECRET,
      connectionKey: env.CONNECTION_KEY ? Buffer.from(env.CONNECTION_KEY, 'base64') : undefined,
    }),
  };
}

/** The configuration of a process that runs these services. @throws ConfigError like {@link loadConfig} */
export const configFor = (running: Running): Config => loadConfig(process.env, running);

const socketLimits = (env: Environment): SocketLimits => ({
  sockets: env.MAX_SOCKETS,
  unauthenticated: env.MAX_SOCKETS_UNAUTHENTICATED,
  perUser: env.MAX_SOCKETS_PER_USER,
  perAddress: env.MAX_SOCKETS_PER_ADDRESS,
  heldBytes: env.MAX_SOCKET_MEBIBYTES * 1024 ** 2,
});

const nats = (servers: readonly string[], env: Environment) => ({
  servers,
  replicas: env.NATS_REPLICAS,
  maxAgeMs: env.NATS_MAX_AGE_HOURS * 3_600_000,
  maxBytes: env.NATS_MAX_MEBIBYTES * 1024 ** 2,
  keptShare: env.NATS_KEPT_PERCENT / 100,
  dedupWindowMs: env.NATS_DEDUP_MINUTES * 60_000,
  deadLetterMaxAgeMs: env.NATS_DEAD_LETTER_DAYS * 86_400_000,
});

function s3(env: Environment): Config['s3'] {
  const { S3_ENDPOINT: endpoint, S3_ACCESS_KEY_ID: accessKeyId, S3_SECRET_ACCESS_KEY: secretAccessKey } = env;
  if (!endpoint || !accessKeyId || !secretAccessKey) return undefined;
  return {
    endpoint,
    bucket: env.S3_BUCKET,
    region: env.S3_REGION,
    accessKeyId,
    secretAccessKey,
    ...defined({ publicEndpoint: env.S3_PUBLIC_ENDPOINT?.replace(/\/+$/, '') }),
  };
}

/** The client of S3 would warn at every start of a Node that its later versions will not run on; it asks the environment alone. */
export function disableVendorWarnings(environment: NodeJS.ProcessEnv = process.env): void {
  environment['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';
}
