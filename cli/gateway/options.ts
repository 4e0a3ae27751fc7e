import { parseArgs } from 'node:util';
import type { z } from 'zod';
import { defaultLimits, type OperationLimits } from '../../gateway/operations/limits.ts';
import { type Config, environmentSchema, readSettings } from '../../platform/config.ts';
import { UsageError } from '../../platform/exit.ts';

/** The command line of a gateway over any supergraph. */
export interface GatewayOptions {
  /** Path of the supergraph's SDL. */
  readonly supergraph: string;
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly planner: Config['queryPlanner'];
  /** Names, in lower case, of the headers that subgraphs get as the client sent them. */
  readonly forwardHeaders: readonly string[];
  /** Where tokens are asked for: whose. */
  readonly userTokens?: Config['userTokens'];
  readonly logLevel: string;
  readonly limits: Pick<Config['limits'], 'requestTimeoutMs' | 'requests'>;
  readonly operationLimits: OperationLimits;
  /** Whether clients may ask how an operation was run. */
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

/** Of the connection or the body (RFC 9110, 7.6.1 and 8): each side has its own. */
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
  if (!HEADER_NAME.test(name)) throw new UsageError(`--forward-header takes the name of one header.`);
  if (ownHeaders.has(name)) {
    throw new UsageError(`--forward-header cannot pass on ${name}: each connection has its own.`);
  }
  return name;
}

function portOf(given: string | undefined): number {
  if (given === undefined) return DEFAULT_PORT;
  if (/^\d{1,5}$/.test(given) && Number(given) <= 65_535) return Number(given);
  throw new UsageError('--port takes a whole number from 0 (any free port) to 65535.');
}

/** `['depth=30']` as limits, the others as they are by default. */
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

/** @throws UsageError or ConfigError that says in a line what is wrong */
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
