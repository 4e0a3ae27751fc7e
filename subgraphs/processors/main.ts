import type { ServiceRuntime } from '../../platform/runtime.ts';
import type { ServiceDefinition } from '../../platform/serving/service.ts';
import { createConnectionCipher } from './connection-cipher.ts';
import { httpProbe } from './health.http.ts';
import { createHealthMonitor } from './health.ts';
import { isRetired } from './processor.ts';
import { createProcessorRegistry } from './registry.ts';
import { createPostgresProcessorStore } from './store.postgres.ts';
import { installProcessors } from './subgraph.ts';

const connectionKey = async ({ config, keys }: ServiceRuntime): Promise<Buffer> =>
  config.connectionKey ?? keys.connectionKey();

/** The processor registry: who takes which blobs, how they are, and the way to what they keep. */
export const processorsService: ServiceDefinition = {
  name: 'processors',
  async create(runtime) {
    const { clock, logger, http } = runtime;
    const store = createPostgresProcessorStore(await runtime.sql('processors'));
    await store.prepare();
    const cipher = createConnectionCipher(await connectionKey(runtime));
    const registry = createProcessorRegistry({ store, cipher, clock });
    const list = async () => (await registry.list()).filter((processor) => !isRetired(processor));
    const health = createHealthMonitor({ list, probe: httpProbe, clock, logger, random: Math.random });
    return {
      checks: { store: () => store.ping() },
      install: (app) => installProcessors(app, { registry, health, http, logger }),
      start: async () => health.start(),
      stop: () => health.stop(),
    };
  },
};
