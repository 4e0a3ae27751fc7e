import { createTextCipher, sealingKey } from '../../platform/sealing/cipher.ts';
import type { ServiceDefinition } from '../../platform/serving/service.ts';
import { createCanaries } from './canary/canaries.ts';
import { createHealthMonitor } from './health/health.ts';
import { measureHealth } from './health/metrics.ts';
import { openHttpProbe } from './health/probe.http.ts';
import { isRetired } from './registry/processor.ts';
import { createProcessorRegistry } from './registry/registry.ts';
import { createPostgresProcessorStore } from './registry/store.postgres.ts';
import { installProcessors } from './subgraph.ts';

/** The processor registry: declarations, health, and routing of direct reads. */
export const processorsService: ServiceDefinition = {
  name: 'processors',
  async create(runtime) {
    const { clock, config, logger, http, egress, metrics } = runtime;
    const store = createPostgresProcessorStore(await runtime.sql('processors'));
    await store.prepare();
    const cipher = createTextCipher(await sealingKey(runtime));
    const registry = createProcessorRegistry({ store, cipher, clock });
    const canaries = createCanaries({ store, registry, cipher, clock });
    const list = async () => (await registry.list()).filter((processor) => !isRetired(processor));
    const { probe, close } = openHttpProbe(egress);
    const health = createHealthMonitor({
      ...{ list, probe, clock, logger, random: Math.random },
      intervalMs: config.healthCheckSeconds * 1_000,
    });
    measureHealth(metrics, health);
    return {
      checks: { store: () => store.ping() },
      install: (app) => installProcessors(app, { registry, canaries, health, http, egress, logger }),
      start: async () => health.start(),
      async stop() {
        await health.stop();
        await close();
      },
    };
  },
};
