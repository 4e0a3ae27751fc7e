import { once } from 'node:events';
import { constants, existsSync } from 'node:fs';
import { access, statfs } from 'node:fs/promises';
import { connect } from 'node:net';
import { dirname, resolve } from 'node:path';
import { type Config, isLoopback, servicePorts } from '../../platform/config/config.ts';
import type { PortLook, ServerLook } from './network.ts';

const WITHIN_MS = 2_000;
const ANSWERS_WITHIN_MS = 10_000;

/** Why no TCP connection is made; null when one is. */
async function connectFault(host: string, port: number): Promise<string | null> {
  const socket = connect({ host, port });
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(WITHIN_MS) });
    return null;
  } catch (error) {
    const { code, name } = error as NodeJS.ErrnoException;
    return name === 'AbortError' ? 'no answer' : (code ?? name);
  } finally {
    socket.on('error', () => {}).destroy();
  }
}

/** Who answers at a port that is taken. A busy service may take its time. */
async function readiness(url: string): Promise<'ready' | 'starting' | 'other'> {
  try {
    const { status } = await fetch(`${url}/ready`, { signal: AbortSignal.timeout(ANSWERS_WITHIN_MS) });
    if (status === 200) return 'ready';
    return status === 503 ? 'starting' : 'other';
  } catch (error) {
    return (error as Error).name === 'TimeoutError' ? 'starting' : 'other';
  }
}

/** Looks at the port of each service that is to run on this machine. */
export function lookAtPorts({ services, host, portOffset }: Config): Promise<PortLook[]> {
  const at = isLoopback(host) ? host : '127.0.0.1';
  return Promise.all(
    services.map(async (service) => {
      const port = servicePorts[service] + portOffset;
      const isFree = (await connectFault(at, port)) !== null;
      const url = `http://${at.includes(':') ? `[${at}]` : at}:${port}`;
      return { service, port, found: isFree ? ('free' as const) : await readiness(url) };
    }),
  );
}

/** The time that the gateway tells in its answers. */
export async function gatewayTime({ urls }: Config): Promise<{ ms: number; of: string } | undefined> {
  const answer = await fetch(`${urls.gateway}/health`, {
    signal: AbortSignal.timeout(ANSWERS_WITHIN_MS),
  }).catch(() => undefined);
  const date = Date.parse(answer?.headers.get('date') ?? '');
  return Number.isNaN(date) ? undefined : { ms: date, of: urls.gateway };
}

const PORTS: Readonly<Record<string, number>> = {
  'mongodb:': 27_017,
  'mongodb+srv:': 27_017,
  'postgres:': 5_432,
  'postgresql:': 5_432,
  'redis:': 6_379,
  'rediss:': 6_379,
  'nats:': 4_222,
  'tls:': 4_222,
  'http:': 80,
  'https:': 443,
};

/** Hosts and ports of an address, which may name several. */
export function hostsOf(address: string): { readonly host: string; readonly port: number }[] {
  const [, protocol = '', rest = address] = /^([a-z+]+:)\/\/(.*)$/i.exec(address) ?? [];
  const hosts = rest.replace(/^[^/?]*@/, '').replace(/[/?].*$/s, '');
  return hosts.split(',').map((each) => {
    const [, host = each, port] = /^(.*?)(?::(\d+))?$/.exec(each) ?? [];
    return { host: host.replace(/^\[|\]$/g, ''), port: Number(port ?? PORTS[protocol] ?? PORTS['nats:']) };
  });
}

/** Looks whether the servers that the settings name take connections. */
export async function lookAtServers({
  mongoUrl,
  postgresUrl,
  nats,
  redis,
  s3,
}: Config): Promise<ServerLook[]> {
  const named = [
    // Found by DNS, not by its name.
    ...(mongoUrl === undefined || mongoUrl.startsWith('mongodb+srv:')
      ? []
      : [['MONGO_URL', mongoUrl] as const]),
    ...(postgresUrl === undefined ? [] : [['POSTGRES_URL', postgresUrl] as const]),
    ...(nats?.servers ?? []).map((server) => ['NATS_URL', server] as const),
    ...(redis.url === undefined ? [] : [['REDIS_URL', redis.url] as const]),
    ...(s3 === undefined ? [] : [['S3_ENDPOINT', s3.endpoint] as const]),
  ];
  const places = named.flatMap(([variable, url]) => hostsOf(url).map((place) => ({ variable, ...place })));
  return Promise.all(
    places.map(async ({ variable, host, port }) => ({
      variable,
      address: `${host}:${port}`,
      fault: await connectFault(host, port),
    })),
  );
}

/** The data folder, or the nearest one above it that exists. */
export async function lookAtDisk(dataDir: string) {
  let folder = resolve(dataDir);
  while (!existsSync(folder)) folder = dirname(folder);
  const writable = await access(folder, constants.W_OK).then(
    () => true,
    () => false,
  );
  const { bavail, bsize } = await statfs(folder);
  return { folder, writable, freeBytes: bavail * bsize };
}
