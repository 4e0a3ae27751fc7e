import { createKeptBlobs } from '../../platform/clients/kept-blobs.ts';
import { createTextCipher, sealingKey } from '../../platform/sealing/cipher.ts';
import type { ServiceDefinition } from '../../platform/serving/service.ts';
import { createGraphChecker } from '../../platform/supergraph/checks/checker.ts';
import { readSupergraphText } from '../../platform/supergraph/outside.ts';
import { shippedSubgraphs, shippedSupergraph } from '../../platform/supergraph/shipped.ts';
import { createCanaries } from './canary/canaries.ts';
import { createHealthMonitor } from './health/health.ts';
import { measureHealth } from './health/metrics.ts';
import { openHttpProbe } from './health/probe.http.ts';
import { isRetired } from './registry/processor.ts';
import { createProcessorRegistry } from './registry/registry.ts';
import { createPostgresProcessorStore } from './registry/store.postgres.ts';
import { installProcessors } from './subgraph.ts';
import { followFile } from './supergraph/file.ts';
import { type Shipped, seedSupergraph } from './supergraph/seeding.ts';
import { createPostgresSupergraphStore } from './supergraph/store/store.postgres.ts';
import { createSupergraphs } from './supergraph/supergraphs.ts';
import { createSupergraphWatch } from './supergraph/watch.ts';
import { createPostgresUsageStore } from './usage/store.postgres.ts';

/** The subgraphs of this build, and of this installation's file. @throws ConfigError where the file cannot be read */
const readShipped = async (file: string | undefined): Promise<Shipped> => ({
  subgraphs: shippedSubgraphs(),
  supergraph: shippedSupergraph(),
  file: file === undefined ? undefined : await readSupergraphText(file),
});

/** The processor registry: declarations, health, and routing of direct reads. */
export const processorsService: ServiceDefinition = {
  name: 'processors',
  async create(runtime) {
    const { clock, config, logger, http, egress, metrics } = runtime;
    const database = await runtime.sql('processors');
    const store = createPostgresProcessorStore(database);
    await store.prepare();
    const cipher = createTextCipher(await sealingKey(runtime));
    const registry = createProcessorRegistry({ store, cipher, clock });
    const canaries = createCanaries({ store, registry, cipher, clock });
    const list = async () => (await registry.list()).filter((processor) => !isRetired(processor));
    const supergraphStore = createPostgresSupergraphStore(database);
    const usage = createPostgresUsageStore(database);
    const checker = createGraphChecker();
    const shipped = await readShipped(config.supergraphFile);
    const seed = (of: Shipped) =>
      seedSupergraph({ store: supergraphStore, checker, clock, logger, shipped: of });
    await seed(shipped);
    const { supergraphFile: file } = config;
    const following =
      file === undefined || shipped.file === undefined
        ? undefined
        : followFile({ file, text: shipped.file, seed: (text) => seed({ ...shipped, file: text }), logger });
    const watch = createSupergraphWatch({ store: supergraphStore, logger });
    const supergraphs = createSupergraphs({
      ...{ store: supergraphStore, usage, registry, checker, http, clock, logger, watch },
      hasBlobs: createKeptBlobs(http),
    });
    const { probe, close } = openHttpProbe(egress);
    const health = createHealthMonitor({
      ...{ list, probe, clock, logger, random: Math.random },
      intervalMs: config.healthCheckSeconds * 1_000,
    });
    measureHealth(metrics, health);
    return {
      checks: { store: () => store.ping() },
      install: (app) =>
        installProcessors(app, {
          ...{ registry, canaries, supergraphs, watch, usage, health },
          ...{ http, egress, logger, clock },
        }),
      async start() {
        health.start();
        following?.start();
      },
      async stop() {
        await Promise.all([health.stop(), watch.stop(), following?.stop()]);
        await close();
        await checker.close();
      },
    };
  },
};
