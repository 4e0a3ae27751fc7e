import { createPublicKey } from 'node:crypto';
import { z } from 'zod';
import { defined } from '../collections/defined.ts';
import type { SocketLimits } from '../serving/connections/admission.ts';
import { isNetwork } from '../serving/doors/client-address.ts';
import { isHostName } from '../serving/doors/hosts.ts';
import { localOrigins, type OriginPattern, originList } from '../serving/doors/origins.ts';
import { list, longSecret, optionalHttp, readBy, secret, wholeNumber, yesOrNo } from './values.ts';

function isPublicKey(pem: string): boolean {
  try {
    return pem.trimStart().startsWith('-----BEGIN PUBLIC KEY-----') && createPublicKey(pem).type === 'public';
  } catch {
    return false;
  }
}

/** The variables of users' tokens. */
export const tokenVariables = {
  JWKS_URL: optionalHttp.describe(
    'keys that sign users’ tokens; unset: `JWT_PUBLIC_KEY`, or in development a key under `DATA_DIR`',
  ),
  JWT_PUBLIC_KEY: secret(
    z
      .string()
      .refine(isPublicKey, 'must be a public key in PEM (SPKI), from -----BEGIN PUBLIC KEY----- on, in lines')
      .optional(),
  ).describe('the one key that signs users’ tokens (PEM, SPKI)'),
  JWT_ISSUER: z.string().min(1).optional().describe('issuer of users’ tokens'),
  JWT_AUDIENCE: z.string().min(1).optional().describe('audience of users’ tokens'),
  JWT_CLOCK_TOLERANCE_SECONDS: wholeNumber(0, 300)
    .default(30)
    .describe('how far the issuer’s clock may be off'),
  SCOPE_PREFIX: z
    .string()
    .regex(/^[\x21\x23-\x5b\x5d-\x7e]{1,64}$/, 'must be 1 to 64 characters that a scope may have')
    .default('blobgraph:')
    .describe(
      'comes before `read`, `write` and `operate` in a token’s scopes ([why](adr/0068-scopes-beside-roles.md))',
    ),
  REQUIRE_SCOPES: yesOrNo
    .default(false)
    .describe('`true`: a token without one of these scopes is refused; else it reads and writes'),
};

/** The variables of connections. */
export const connectionVariables = {
  MAX_CONNECTIONS: wholeNumber(10, 1_000_000)
    .default(10_000)
    .describe('TCP connections that one service has open, sockets included; more are closed at once'),
  ...readBy('gateway, events', {
    MAX_SOCKETS: wholeNumber(1, 1_000_000)
      .default(5_000)
      .describe(
        'connections that stay open, WebSocket and event streams, of one service; more are answered 503',
      ),
    MAX_SOCKETS_UNAUTHENTICATED: wholeNumber(1, 1_000_000)
      .default(500)
      .describe('of them, WebSocket connections that have not said yet who they are; the oldest make room'),
    MAX_SOCKETS_PER_USER: wholeNumber(1, 1_000_000).default(100).describe('of them, those of one user'),
    MAX_SOCKETS_PER_ADDRESS: wholeNumber(0, 1_000_000)
      .default(1_000)
      .describe('of them, those of one address; more are answered 429; `0`: any number'),
    MAX_SOCKET_MEBIBYTES: wholeNumber(32, 1_048_576)
      .default(256)
      .describe(
        'held for all of them: answers that are not read, messages that are not complete; whoever has most of it is cut',
      ),
  }),
  ...readBy('gateway', {
    TRUSTED_PROXIES: list(isNetwork, 'addresses or networks such as 10.0.0.0/8')
      .optional()
      .describe(
        'proxies before the gateway whose `X-Forwarded-For` is believed: addresses or networks, e.g. `10.0.0.0/8`',
      ),
  }),
  ALLOWED_HOSTS: list(isHostName, 'host names without a port')
    .optional()
    .describe(
      'names by which `/ready` and `/metrics` may be asked, beside IP addresses, `localhost` and the services’ own',
    ),
};

/** The variables of what the gateway shows, and to whom. */
export const doorVariables = {
  ...readBy('gateway', {
    CORS_ORIGINS: originList
      .optional()
      .describe(
        'origins whose pages may use the gateway: `https://app.example.com`, `https://*.example.com`, `http://localhost:*`; unset: in development this machine’s, in production none',
      ),
    INTROSPECTION: z
      .enum(['everybody', 'operators', 'nobody'])
      .optional()
      .describe(
        'who may read the schema and gets “Did you mean …?”; unset: in development everybody, in production operators',
      ),
    GRAPHIQL: yesOrNo
      .optional()
      .describe('whether `/graphiql` is served; unset: in development it is, in production it is not'),
  }),
  ...readBy('gateway, processors, state', {
    SUPERGRAPH_FILE: z
      .string()
      .min(1)
      .optional()
      .describe(
        'the graph with processors from outside, as [`npm run compose`](processor-contract.md#what-an-operator-does) prints it: what the registry of processors begins with (read again every 2 s; another one is served without a restart), and what is served while the registry was never heard ([how](operations.md#the-supergraph-while-it-runs)); unset: our own',
      ),
  }),
  ...readBy('gateway', {
    QUERY_PLANNER: z
      .enum(['apollo', 'hive'])
      .default('apollo')
      .describe(
        'whose planner the gateway uses: Apollo’s, or Hive’s, which is native code and plans ten times as fast ([why](adr/0036-planners-behind-a-port.md))',
      ),
  }),
  METRICS_TOKEN: longSecret(16).describe(
    'bearer token of `/metrics`; unset: open on the loopback address, and nowhere else',
  ),
};

const environment = z.object({ ...tokenVariables, ...connectionVariables, ...doorVariables });
type FrontEnvironment = z.infer<typeof environment>;

/** How users' tokens are checked. */
export interface UserTokensConfig {
  /** Where the issuer publishes its keys. Absent: `publicKey`, or in development a key under `dataDir`. */
  readonly jwksUrl?: string;
  /** The issuer's one key: PEM, SPKI. */
  readonly publicKey?: string;
  /** Absent: any; with the development key, `blobgraph-development`. */
  readonly issuer?: string;
  /** Absent: any; with the development key, `blobgraph`. */
  readonly audience?: string;
  /** Default: 30. */
  readonly toleranceSeconds?: number;
  /** Default: `blobgraph:`. */
  readonly scopePrefix?: string;
  /** Default: false. */
  readonly requireScopes?: boolean;
}

/** Who may read the schema by introspection. */
export type Introspection = 'everybody' | 'operators' | 'nobody';

/** Settings of the doors. */
export interface FrontConfig {
  readonly userTokens: UserTokensConfig;
  /** Proxies whose `X-Forwarded-For` is believed. */
  readonly trustedProxies: readonly string[];
  /** Names of hosts, beside loopback's and the services' own, by which `/ready` and `/metrics` may be asked. */
  readonly allowedHosts: readonly string[];
  /** Origins whose pages may use the gateway, beside its own. */
  readonly corsOrigins: readonly OriginPattern[];
  /** Unset: `everybody` in development, `operators` in production. */
  readonly introspection: Introspection;
  /** Whether GraphiQL is served. */
  readonly graphiql: boolean;
  /** A supergraph in place of our own: it has processors from outside, too. */
  readonly supergraphFile?: string;
  /** The gateway's query planner. */
  readonly queryPlanner: 'apollo' | 'hive';
  /** Opens `/metrics`. Absent: it is open where the service listens on the loopback address, and nowhere else. */
  readonly metricsToken?: string;
}

export function frontOf(env: FrontEnvironment, production: boolean): FrontConfig {
  return {
    userTokens: {
      ...defined({
        jwksUrl: env.JWKS_URL,
        publicKey: env.JWT_PUBLIC_KEY,
        issuer: env.JWT_ISSUER,
        audience: env.JWT_AUDIENCE,
      }),
      toleranceSeconds: env.JWT_CLOCK_TOLERANCE_SECONDS,
      scopePrefix: env.SCOPE_PREFIX,
      requireScopes: env.REQUIRE_SCOPES,
    },
    trustedProxies: env.TRUSTED_PROXIES ?? [],
    allowedHosts: env.ALLOWED_HOSTS ?? [],
    corsOrigins: env.CORS_ORIGINS ?? (production ? [] : localOrigins),
    introspection: env.INTROSPECTION ?? (production ? 'operators' : 'everybody'),
    graphiql: env.GRAPHIQL ?? !production,
    queryPlanner: env.QUERY_PLANNER,
    ...defined({ supergraphFile: env.SUPERGRAPH_FILE, metricsToken: env.METRICS_TOKEN }),
  };
}

/** Connections' limits. */
export const connectionLimits = (env: FrontEnvironment): { connections: number; sockets: SocketLimits } => ({
  connections: env.MAX_CONNECTIONS,
  sockets: {
    sockets: env.MAX_SOCKETS,
    unauthenticated: env.MAX_SOCKETS_UNAUTHENTICATED,
    perUser: env.MAX_SOCKETS_PER_USER,
    perAddress: env.MAX_SOCKETS_PER_ADDRESS,
    heldBytes: env.MAX_SOCKET_MEBIBYTES * 1024 ** 2,
  },
});
