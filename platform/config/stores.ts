import { z } from 'zod';
import { defined } from '../collections/defined.ts';
import { optionalHttp, readBy, secret, url, wholeNumber } from './values.ts';

/** The variables of the event log. */
const logVariables = {
  NATS_URL: secret(
    z
      .string()
      .transform((text) => text.split(',').map((server) => server.trim()))
      .refine(
        (servers) => servers.every((server) => /^((nats|tls):\/\/)?[^\s/]+$/.test(server)),
        'must be one or several URLs that start with nats:// or tls://, with commas between',
      )
      .optional(),
  ).describe('servers with JetStream, one or several with commas between; unset: embedded'),
  NATS_REPLICAS: wholeNumber(1, 5).default(1).describe('replicas of the stream: 3 on a cluster'),
  NATS_MAX_AGE_HOURS: wholeNumber(1, 87_600)
    .default(336)
    .describe('how long the stream keeps an event that every processor has acknowledged'),
  NATS_MAX_MEBIBYTES: wholeNumber(16, 16_777_216)
    .default(2_048)
    .describe(
      'what the stream holds at most, dead letters a sixteenth of it; the oldest events make room, and the oldest letters',
    ),
  NATS_KEPT_PERCENT: wholeNumber(10, 80)
    .default(50)
    .describe(
      'the newest part of the stream, kept for processors that lag and for cursors: who has not acknowledged older events is cut when room runs short, and given its work from the index ([why](adr/0041-room-in-the-log.md))',
    ),
  NATS_DEDUP_MINUTES: wholeNumber(2, 1_440)
    .default(120)
    .describe(
      'how long an event’s id is remembered: state may be away for half of that and no event comes twice',
    ),
  NATS_DEAD_LETTER_DAYS: wholeNumber(1, 3_650).default(90).describe('how long dead letters are kept'),
};

/** The variables of Redis, which holds only what can be made again. */
const redisVariables = readBy('gateway, processors that store in Redis', {
  REDIS_URL: secret(url('redis:', 'rediss:').optional()).describe(
    'Redis 7 or later, with its password where it has one; unset: embedded',
  ),
  REDIS_TTL_DAYS: wholeNumber(1, 3_650)
    .default(30)
    .describe('how long Redis keeps what can be made again; after that it is, when it is asked for'),
  REDIS_EMBEDDED_MEBIBYTES: wholeNumber(1, 65_536)
    .default(64)
    .describe('memory of each processor that would use Redis, without it'),
});

/** The variables of objects: files and pictures. */
const objectVariables = readBy('gateway, processors that keep files', {
  S3_ENDPOINT: optionalHttp.describe(
    'S3, e.g. `https://s3.eu-west-1.amazonaws.com`, or a server with its API; unset: embedded',
  ),
  S3_BUCKET: z
    .string()
    .regex(
      /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
      'must be 3 to 63 lower-case letters, digits, dots or hyphens, a letter or digit first and last',
    )
    .default('blobgraph')
    .describe('its bucket, made where it is missing'),
  S3_REGION: z
    .string()
    .regex(/^[a-z0-9-]{1,63}$/, 'must be lower-case letters, digits and hyphens')
    .default('us-east-1')
    .describe('the bucket’s region'),
  S3_PUBLIC_ENDPOINT: optionalHttp.describe(
    'where browsers find the same server: uploads and files go there and come from there; unset: through the gateway',
  ),
  S3_ACCESS_KEY_ID: secret(z.string().min(1).optional()).describe(
    'may read, write, list and delete in the bucket',
  ),
  S3_SECRET_ACCESS_KEY: secret(z.string().min(1).optional()).describe('its secret'),
});

/** The variables of stores and of the event log. */
export const storeVariables = {
  ...readBy('state, processors that store in MongoDB', {
    MONGO_URL: secret(url('mongodb:', 'mongodb+srv:').optional()).describe('a replica set; unset: embedded'),
  }),
  ...readBy('processors, schemas, events, processors that store in PostgreSQL', {
    POSTGRES_URL: secret(url('postgres:', 'postgresql:').optional()).describe(
      'a role that may create databases; unset: embedded',
    ),
  }),
  ...logVariables,
  ...redisVariables,
  ...objectVariables,
  NAMESPACE: z
    .string()
    .regex(
      /^[a-z][a-z0-9_]{0,30}$/,
      'must be 1 to 31 lower-case letters, digits or underscores, a letter first',
    )
    .default('blobgraph')
    .describe(
      'comes before the names of databases, streams and objects, so that several systems share servers',
    ),
};

const environment = z.object(storeVariables);
type StoreEnvironment = z.infer<typeof environment>;

/** Where things are kept. Absent members: the embedded form. */
export interface StoresConfig {
  /** Comes before the names of databases, streams and objects. */
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
}

const nats = (servers: readonly string[], env: StoreEnvironment) => ({
  servers,
  replicas: env.NATS_REPLICAS,
  maxAgeMs: env.NATS_MAX_AGE_HOURS * 3_600_000,
  maxBytes: env.NATS_MAX_MEBIBYTES * 1024 ** 2,
  keptShare: env.NATS_KEPT_PERCENT / 100,
  dedupWindowMs: env.NATS_DEDUP_MINUTES * 60_000,
  deadLetterMaxAgeMs: env.NATS_DEAD_LETTER_DAYS * 86_400_000,
});

function s3(env: StoreEnvironment): StoresConfig['s3'] {
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

export const storesOf = (env: StoreEnvironment): StoresConfig => ({
  namespace: env.NAMESPACE,
  redis: {
    ttlMs: env.REDIS_TTL_DAYS * 86_400_000,
    embeddedBytes: env.REDIS_EMBEDDED_MEBIBYTES * 1024 ** 2,
    ...defined({ url: env.REDIS_URL }),
  },
  ...defined({
    mongoUrl: env.MONGO_URL,
    postgresUrl: env.POSTGRES_URL,
    nats: env.NATS_URL ? nats(env.NATS_URL, env) : undefined,
    s3: s3(env),
  }),
});

const S3_EXAMPLE = 'e.g. to https://s3.eu-west-1.amazonaws.com';

/** Mistakes that only show across variables, a line each. */
export function storeContradictions(given: NodeJS.ProcessEnv): string[] {
  const found: string[] = [];
  const needs = (variable: keyof StoreEnvironment, fix: string) => {
    if (!given[variable]) found.push(`${variable}: ${fix}`);
  };
  if (given['S3_ENDPOINT']) {
    needs('S3_ACCESS_KEY_ID', 'set it beside S3_ENDPOINT');
    needs('S3_SECRET_ACCESS_KEY', 'set it beside S3_ENDPOINT');
  } else if (given['S3_PUBLIC_ENDPOINT']) {
    const fix = 'set it beside S3_PUBLIC_ENDPOINT, which only says where browsers find the same server';
    needs('S3_ENDPOINT', fix);
  } else if (given['S3_BUCKET'] || given['S3_ACCESS_KEY_ID'] || given['S3_SECRET_ACCESS_KEY']) {
    needs('S3_ENDPOINT', `set it beside S3_BUCKET and its keys, ${S3_EXAMPLE}`);
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
