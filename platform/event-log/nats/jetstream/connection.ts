import { connect, type NatsConnection, type NodeConnectionOptions } from '@nats-io/transport-node';
import { EventLogUnavailable } from '../../errors.ts';
import { messageOf, retryFor } from './errors.ts';

/** How long a server that is being started is waited for. */
const FIRST_CONNECT_MS = 10_000;

interface Address {
  /** Without credentials, to be shown. */
  readonly host: string;
  readonly options: NodeConnectionOptions;
}

/** @throws TypeError when `server` is neither `host:port` nor a URL of NATS; it does not repeat the password */
function addressOf(server: string): Address {
  const text = server.includes('://') ? server : `nats://${server}`;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url?.host || !['nats:', 'tls:'].includes(url.protocol))
    throw new TypeError('servers: each must be host:port, nats://host:port or tls://host:port');
  const [name, password] = [decodeURIComponent(url.username), decodeURIComponent(url.password)];
  return {
    host: url.host,
    options: {
      ...(url.protocol === 'tls:' ? { tls: {} } : {}),
      ...(name && password ? { user: name, pass: password } : {}),
      // A name alone is a token, as in every client of NATS.
      ...(name && !password ? { token: name } : {}),
    },
  };
}

/**
 * Connects to a cluster, and again for as long as the connection is not closed. Credentials are those of the first
 * server.
 * @throws EventLogUnavailable when none answers within 10 s
 */
export async function openConnection(servers: readonly string[]): Promise<NatsConnection> {
  const addresses = servers.map(addressOf);
  const hosts = addresses.map(({ host }) => host);
  const open = () =>
    connect({
      ...addresses[0]?.options,
      servers: hosts,
      name: 'blobgraph',
      maxReconnectAttempts: -1,
      reconnectTimeWait: 250,
      // Finds a dead connection well within the time that publishing is tried.
      pingInterval: 5_000,
      timeout: 5_000,
      // Else each publication takes a stack trace.
      noAsyncTraces: true,
    });
  try {
    return await retryFor(open, FIRST_CONNECT_MS);
  } catch (error) {
    throw new EventLogUnavailable(`No NATS server answers at ${hosts.join(', ')}: ${messageOf(error)}`, {
      cause: error,
    });
  }
}
