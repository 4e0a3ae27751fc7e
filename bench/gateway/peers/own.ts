import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { freePortOffset } from '../../../e2e/harness/ports.ts';
import { type ServiceProcess, startProcess } from '../../../e2e/harness/process.ts';
import { loadConfig, urlVariable } from '../../../platform/config/config.ts';
import { services } from '../../../platform/testing/services.ts';
import { isReady, until } from '../../harness/benchmark.ts';
import { FORWARDED, type Gateway, type Peer } from './peer.ts';

const STARTS_WITHIN = { withinMs: 60_000, everyMs: 50 };
/** An address where nothing listens: subscriptions are not measured. */
const NO_EVENT_LOG = 'nats://127.0.0.1:9';

/** Requests are counted as ever, and a user of the run may ask as fast as answers come. */
const UNREACHED = '100000000';

const gatewayOf = (endpoint: string, child: ServiceProcess): Gateway => ({
  endpoint,
  pid: child.pid,
  stop: () => child.stop(),
});

/** Waits until the process is ready. @throws Error with its output when it does not become so */
async function awaitStart(child: ServiceProcess, holds: () => Promise<boolean>): Promise<void> {
  const ended = child.gone.then(() => Promise.reject(new Error('Our gateway ended')));
  try {
    await Promise.race([until('Our gateway is ready', holds, STARTS_WITHIN), ended]);
  } catch (error) {
    await child.kill();
    throw new Error(child.output(), { cause: error });
  }
}

const versions = `Node ${process.versions.node}`;

interface SystemGateway {
  readonly id: string;
  readonly name: string;
  /** Called when it starts. */
  readonly environment: () => Readonly<Record<string, string>>;
}

/** The system's gateway, with tokens, limits of operations, and signed requests to subgraphs. */
const systemGateway = ({ id, name, environment: own }: SystemGateway): Peer => ({
  id,
  name,
  versions,
  async start({ urls, folder }) {
    const environment = {
      DATA_DIR: folder,
      LOG_LEVEL: 'error',
      REQUESTS_PER_MINUTE: UNREACHED,
      SERVICES: ['gateway', ...Object.keys(urls)].join(),
      PORT_OFFSET: String(await freePortOffset()),
      ...Object.fromEntries(Object.entries(urls).map(([service, url]) => [urlVariable(service), url])),
      ...own(),
    };
    const log = join(folder, `${id}.log`);
    const child = startProcess('cli/start-service.ts', environment, log, ['gateway']);
    const url = loadConfig(environment).urls.gateway;
    await awaitStart(child, () => isReady(url));
    return gatewayOf(`${url}/graphql`, child);
  },
});

/** Without an event log, it keeps no entities. */
export const own: Peer = systemGateway({
  id: 'ours',
  name: 'ours',
  environment: () => ({ NATS_URL: NO_EVENT_LOG, ENTITY_CACHE_MEBIBYTES: '0' }),
});

/** With an event log on a server, which it follows for deletions. */
export const ownCached: Peer = systemGateway({
  id: 'cached',
  name: 'ours, entities cached',
  environment: () => ({
    NATS_URL: services().natsUrl,
    NAMESPACE: `bench_${randomBytes(5).toString('hex')}`,
    NATS_MAX_MEBIBYTES: '64',
  }),
});

/** With an event log on a server, under a name that others publish to, and as many connections as there are. */
export const ownFollowed = (environment: Readonly<Record<string, string>>): Peer =>
  systemGateway({
    id: 'followed',
    name: 'ours',
    environment: () => ({
      NATS_MAX_MEBIBYTES: '64',
      MAX_CONNECTIONS: '1000000',
      MAX_SOCKETS: '1000000',
      MAX_SOCKETS_UNAUTHENTICATED: '1000000',
      MAX_SOCKETS_PER_USER: '1000000',
      MAX_SOCKETS_PER_ADDRESS: '0',
      SOCKET_OPERATIONS_PER_MINUTE: '0',
      ...environment,
    }),
  });

const ANSWERS = /answers at (\S+\/graphql)/;

/** Our gateway over any supergraph, without the rest of the system and without tokens. */
export const ownAlone: Peer = {
  id: 'alone',
  name: 'ours, alone',
  versions,
  async start({ supergraph, folder }) {
    const log = join(folder, 'own-alone.log');
    const forwarded = FORWARDED.flatMap((name) => ['--forward-header', name]);
    const args = ['--supergraph', supergraph, '--port', '0', ...forwarded];
    const child = startProcess('cli/gateway.ts', {}, log, args);
    await awaitStart(child, async () => ANSWERS.test(child.output()));
    return gatewayOf(ANSWERS.exec(child.output())?.[1] ?? '', child);
  },
};
