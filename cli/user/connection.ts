import type { Command } from 'commander';
import { z } from 'zod';
import { loadConfig, readSettings } from '../../platform/config/config.ts';
import { LOCAL_USER, localToken } from '../../platform/identity/users/development-token.ts';
import { UsageError } from '../../platform/process/exit.ts';
import { type Graph, openGraph } from '../demo/graph.ts';

/** Options of commands that speak to the public API as a user. */
export interface ConnectionOptions {
  readonly url?: string;
  readonly token?: string;
}

/** An open connection. */
export interface Connection {
  readonly graph: Graph;
  /** Base URL of the gateway, without a trailing slash. */
  readonly gateway: string;
  readonly token: string;
  readonly signal: AbortSignal;
}

const variables = z.object({ BLOBGRAPH_TOKEN: z.string().min(1).optional() });

/** Adds `--url` and `--token`. */
export const withConnection = (command: Command): Command =>
  command
    .option('--url <url>', 'the gateway; default: the local one (GATEWAY_URL, PORT_OFFSET)')
    .option('--token <token>', 'of the user; default: BLOBGRAPH_TOKEN, else the local user’s');

/** @throws UsageError */
export function gatewayOf(url: string | undefined): string {
  if (url === undefined) return loadConfig().urls.gateway;
  if (URL.canParse(url) && /^https?:\/\//.test(url)) return url.replace(/\/+$/, '');
  throw new UsageError(`--url takes the gateway’s address, e.g. http://127.0.0.1:8010, not ${url}.`);
}

/** The token of the environment. */
export const givenToken = (): string | undefined => readSettings(variables).BLOBGRAPH_TOKEN;

/** The token given, else that of the environment, else the local user's. @throws UsageError where there is none */
async function tokenOf(given: string | undefined): Promise<string> {
  const token = given ?? givenToken();
  if (token !== undefined) return token;
  const own = await localToken(loadConfig(), LOCAL_USER);
  if (own) return own;
  throw new UsageError(
    'Tokens come from another issuer (JWKS_URL, JWT_PUBLIC_KEY): give one by BLOBGRAPH_TOKEN.',
  );
}

/** Runs `work` on the graph as a user. @throws UsageError, GraphFault, GraphOutOfReach */
export async function asUser<T>(
  { url, token: given }: ConnectionOptions,
  signal: AbortSignal,
  work: (connection: Connection) => Promise<T>,
): Promise<T> {
  const gateway = gatewayOf(url);
  const token = await tokenOf(given);
  const graph = openGraph({ gateway, token, signal, patienceMs: 5_000 });
  try {
    return await work({ graph, gateway, token, signal });
  } finally {
    await graph.close();
  }
}
