import { join } from 'node:path';
import { type ServiceName, servicePorts, urlVariable } from '../../platform/config/config.ts';
import { freePortOffset } from './ports.ts';
import { startProcess } from './process.ts';
import { mainJob, type System, untilReady } from './system.ts';

/** A service beside a system's own. */
export interface OtherService {
  readonly url: string;
  /** `kill -9`. */
  kill(): Promise<void>;
  /** Stops it if it runs, and starts it again. Resolves once it is ready. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export type OtherGateway = OtherService;

/** Starts another gateway over the subgraphs and the event log of a system on real servers. */
export const startOtherGateway = (system: System): Promise<OtherService> => startOther(system, 'gateway');

/** Starts another process of a service, beside that of a system on real servers. */
export async function startOther(
  { environment, urls, dataDir }: System,
  service: ServiceName,
): Promise<OtherService> {
  const offset = await freePortOffset();
  const others = mainJob.filter((name) => name !== service);
  const own = {
    ...environment,
    PORT_OFFSET: `${offset}`,
    ...Object.fromEntries(others.map((name) => [urlVariable(name), urls[name]])),
  };
  const log = join(dataDir, `other-${service}.log`);
  const url = `http://127.0.0.1:${servicePorts[service] + offset}`;
  const start = () => startProcess('cli/start-service.ts', own, log, [service]);
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
