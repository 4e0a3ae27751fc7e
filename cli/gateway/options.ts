import { parseArgs } from 'node:util';
import type { z } from 'zod';
import { defaultLimits, type OperationLimits } from '../../gateway/limits/limits.ts';
import { type Config, environmentSchema, readSettings } from '../../platform/config/config.ts';
import { UsageError } from '../../platform/process/exit.ts';

/** The command line of a gateway over any supergraph. */
export interface GatewayOptions {
  /** Path of the supergraph SDL. */
  readonly supergraph: string;
  /** Default: the environment's `HOST`, or 127.0.0.1. */
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** Default: the environment's `QUERY_PLANNER`. */
  readonly planner: Config['queryPlanner'];
  /** Headers that are passed on to subgraphs, in lower case. */
  readonly forwardHeaders: readonly string[];
  /** Issuer of users' tokens; undefined when no token is needed. */
  readonly userTokens?: Config['userTokens'];
  /** The environment's `LOG_LEVEL`. */
  readonly logLevel: string;
  /** From the environment. */
  readonly limits: Pick<Config['limits'], 'requestTimeoutMs' | 'requests'>;
  /** Those given, over the defaults. */
  readonly operationLimits: OperationLimits;
  /** Whether clients may request query plans and timings. */
  readonly explain: boolean;
}

const DEFAULT_PORT = 4_000;

const variables = environmentSchema.pick({
  HOST: true,
  LOG_LEVEL: true,
  REQUEST_TIMEOUT_MS: true,
  MAX_REQUESTS: true,
  QUERY_PLANNER: true,
  JWKS_URL: true,
  JWT_PUBLIC_KEY: true,
  JWT_ISSUER: true,
  JWT_AUDIENCE: true,
});

type Variables = z.infer<typeof variables>;

const HEADER_NAME = /^[\w!#$%&'*+.^`|~-]+$/;

/** Headers of the connection or the body (RFC 9110, sections 7.6.1 and 8), which each hop sets itself. */
const ownHeaders = new Set([
  'accept',
  'accept-encoding',
  'connection',
  'content-encoding',
  'content-length',
  'content-type',
  'expect',
  'host',
  'keep-alive',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

function headerName(given: string): string {
  const name = given.toLowerCase();
  if (!HEADER_NAME.test(name)) throw new UsageError(`--forward-header takes one header name.`);
  if (ownHeaders.has(name)) {
    throw new UsageError(`--forward-header cannot pass on ${name}: each connection sets its own.`);
  }
  return name;
}

function portOf(given: string | undefined): number {
  if (given === undefined) return DEFAULT_PORT;
  if (/^\d{1,5}$/.test(given) && Number(given) <= 65_535) return Number(given);
  throw new UsageError('--port takes a whole number from 0 (any free port) to 65535.');
}

/** Limits with those given, as in `['depth=30']`, over the defaults. @throws UsageError */
function operationLimits(given: readonly string[]): OperationLimits {
  const limits = { ...defaultLimits };
  const names = Object.keys(limits) as (keyof OperationLimits)[];
  for (const text of given) {
    const [name, value = '', ...others] = text.split('=');
    const limit = names.find((each) => each === name);
    if (!limit || !/^\d{1,12}$/.test(value) || others.length > 0) {
      throw new UsageError(`--limit takes NAME=NUMBER, NAME being one of ${names.join(', ')}.`);
    }
    limits[limit] = Number(value);
  }
  return limits;
}

function plannerOf(given: string): GatewayOptions['planner'] {
  if (given === 'apollo' || given === 'hive') return given;
  throw new UsageError('--planner takes apollo or hive.');
}

function userTokens(env: Variables): NonNullable<GatewayOptions['userTokens']> {
  if (!env.JWKS_URL && !env.JWT_PUBLIC_KEY) {
    throw new UsageError('--require-token needs the issuer’s keys: set JWKS_URL or JWT_PUBLIC_KEY.');
  }
  return {
    ...(env.JWKS_URL ? { jwksUrl: env.JWKS_URL } : {}),
    ...(env.JWT_PUBLIC_KEY ? { publicKey: env.JWT_PUBLIC_KEY } : {}),
    ...(env.JWT_ISSUER ? { issuer: env.JWT_ISSUER } : {}),
    ...(env.JWT_AUDIENCE ? { audience: env.JWT_AUDIENCE } : {}),
  };
}

/** Reads the command line, and the environment for users' tokens. @throws UsageError, ConfigError */
export function gatewayOptions(args: readonly string[], environment?: NodeJS.ProcessEnv): GatewayOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      supergraph: { type: 'string' },
      host: { type: 'string' },
      port: { type: 'string' },
      planner: { type: 'string' },
      'forward-header': { type: 'string', multiple: true, default: [] },
      'require-token': { type: 'boolean', default: false },
      limit: { type: 'string', multiple: true, default: [] },
      explain: { type: 'boolean', default: false },
    },
  });
  if (!values.supergraph) throw new UsageError('Name the file of a supergraph: --supergraph FILE.');
  const env = readSettings(variables, environment);
  return {
    supergraph: values.supergraph,
    host: values.host ?? env.HOST ?? '127.0.0.1',
    port: portOf(values.port),
    planner: plannerOf(values.planner ?? env.QUERY_PLANNER),
    forwardHeaders: [...new Set(values['forward-header'].map(headerName))],
    ...(values['require-token'] ? { userTokens: userTokens(env) } : {}),
    logLevel: env.LOG_LEVEL,
    limits: { requestTimeoutMs: env.REQUEST_TIMEOUT_MS, requests: env.MAX_REQUESTS },
    operationLimits: operationLimits(values.limit),
    explain: values.explain,
  };
}
