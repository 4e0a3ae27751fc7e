import { join } from 'node:path';
import { servicePorts, urlVariable } from '../../platform/config/config.ts';
import { freePortOffset } from './ports.ts';
import { startProcess } from './process.ts';
import { mainJob, type System, untilReady } from './system.ts';

/** A gateway beside a system's own. */
export interface OtherGateway {
  readonly url: string;
  /** `kill -9`. */
  kill(): Promise<void>;
  /** Stops it if it runs, and starts it again. Resolves once it is ready. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts another gateway over the subgraphs and the event log of a system on real servers. */
export async function startOtherGateway({ environment, urls, dataDir }: System): Promise<OtherGateway> {
  const offset = await freePortOffset();
  const others = mainJob.filter((name) => name !== 'gateway');
  const own = {
    ...environment,
    PORT_OFFSET: `${offset}`,
    ...Object.fromEntries(others.map((name) => [urlVariable(name), urls[name]])),
  };
  const log = join(dataDir, 'other-gateway.log');
  const url = `http://127.0.0.1:${servicePorts.gateway + offset}`;
  const start = () => startProcess('cli/start-service.ts', own, log, ['gateway']);
  let child = start();
  const ready = () =>
    untilReady(url, child).catch(async (error: unknown) => {
      await child.kill();
      throw error;
    });
  await ready();
  return {
    url,
    kill: () => child.kill(),
    async restart() {
      await child.stop();
      child = start();
      await ready();
    },
    stop: () => child.stop(),
  };
}
