import { join } from 'node:path';
import { freePortOffset } from '../../../e2e/harness/ports.ts';
import { type ServiceProcess, startProcess } from '../../../e2e/harness/process.ts';
import { loadConfig, urlVariable } from '../../../platform/config.ts';
import { isReady, until } from '../../bench.ts';
import { FORWARDED, type Gateway, type Peer } from './peer.ts';

const STARTS_WITHIN = { withinMs: 60_000, everyMs: 50 };
/** Nobody listens there: no subscription is served, and none is measured. */
const NO_EVENT_LOG = 'nats://127.0.0.1:9';

const gatewayOf = (endpoint: string, child: ServiceProcess): Gateway => ({
  endpoint,
  pid: child.pid,
  stop: () => child.stop(),
});

/** Resolves once the process is ready. @throws with what it printed when it is not */
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

/** The gateway of the system: checks users' tokens and what an operation may cost, and signs what it asks. */
export const own: Peer = {
  id: 'ours',
  name: 'ours',
  versions,
  async start({ urls, folder }) {
    const environment = {
      DATA_DIR: folder,
      LOG_LEVEL: 'error',
      NATS_URL: NO_EVENT_LOG,
      PORT_OFFSET: String(await freePortOffset()),
      ...Object.fromEntries(Object.entries(urls).map(([name, url]) => [urlVariable(name), url])),
    };
    const log = join(folder, 'own.log');
    const child = startProcess('cli/start-service.ts', environment, log, ['gateway']);
    const url = loadConfig(environment).urls.gateway;
    await awaitStart(child, () => isReady(url));
    return gatewayOf(`${url}/graphql`, child);
  },
};

const ANSWERS = /answers at (\S+\/graphql)/;

/** The same over any supergraph, without the rest of the system: nobody is asked for a token. */
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
