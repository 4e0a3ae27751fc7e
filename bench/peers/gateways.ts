import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { freePortOffset } from '../../e2e/harness/ports.ts';
import { startProcess } from '../../e2e/harness/process.ts';
import type { System } from '../../e2e/harness/system.ts';
import { loadConfig, type ServiceName, serviceNames, urlVariable } from '../../platform/config.ts';
import { developmentKeys } from '../../platform/identity/keys.ts';
import { builtFile } from '../../platform/paths.ts';
import { isReady, until } from '../bench.ts';
import type { StockGatewayOptions } from './stock-gateway.ts';

/** A gateway in a process of its own. */
export interface Gateway {
  /** Its GraphQL endpoint. */
  readonly endpoint: string;
  readonly pid: number;
  /** Its log so far. */
  output(): string;
  stop(): Promise<void>;
}

export type SubgraphUrls = Readonly<Record<ServiceName, string>>;

const STARTS_WITHIN = { withinMs: 60_000, everyMs: 100 };

/** Our gateway over the subgraphs at these addresses, with the keys of the system that they belong to. */
export async function startOwn(system: System, urls: SubgraphUrls): Promise<Gateway> {
  const { gateway: _itself, ...subgraphs } = urls;
  const environment = {
    ...system.environment,
    // The data folder belongs to the system's process; without it no subscription is served, and none is measured.
    LOG_LEVEL: 'warn',
    PORT_OFFSET: String(await freePortOffset()),
    ...Object.fromEntries(Object.entries(subgraphs).map(([name, url]) => [urlVariable(name), url])),
  };
  const child = startProcess('cli/start-service.ts', environment, join(system.dataDir, 'gateway.log'), [
    'gateway',
  ]);
  const url = loadConfig(environment).urls.gateway;
  await until('Our gateway is ready', () => isReady(url), STARTS_WITHIN);
  return { endpoint: `${url}/graphql`, pid: child.pid, output: child.output, stop: () => child.stop() };
}

/** Apollo's gateway over the same. */
export async function startStock(
  system: Pick<System, 'dataDir' | 'environment'>,
  urls: SubgraphUrls,
): Promise<Gateway> {
  const options: StockGatewayOptions = {
    endpoints: Object.fromEntries(serviceNames.map((name) => [name, `${urls[name]}/graphql`])),
    serviceSecret: await developmentKeys(system.dataDir).serviceSecret(),
  };
  const child = fork(builtFile('bench/peers/stock-gateway.ts'), [JSON.stringify(options)], {
    env: { ...system.environment },
  });
  const gone = once(child, 'exit');
  const [endpoint] = (await Promise.race([
    once(child, 'message'),
    gone.then(() => Promise.reject(new Error('The stock gateway ended before it was ready'))),
  ])) as [string];
  return {
    endpoint,
    pid: child.pid ?? 0,
    output: () => '',
    async stop() {
      child.kill();
      await gone;
    },
  };
}
