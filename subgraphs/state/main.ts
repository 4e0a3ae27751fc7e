import { createErasureClient } from '../../platform/clients/processor.ts';
import { createProcessorCatalog, createRegistryClient } from '../../platform/clients/registry.ts';
import { createSchemaClient } from '../../platform/clients/schemas.ts';
import type { Config } from '../../platform/config.ts';
import { measureEventLog } from '../../platform/event-log/room/metrics.ts';
import type { ServiceRuntime } from '../../platform/runtime.ts';
import { eventLogCheck } from '../../platform/serving/health.ts';
import type { ServiceDefinition } from '../../platform/serving/service.ts';
import { readSupergraph } from '../../platform/supergraph/outside.ts';
import { createBackfillSweeper } from './backfill/backfill-sweeper.ts';
import { createDeletionSweeper } from './deletion/deletion-sweeper.ts';
import { createErasureSweeper } from './deletion/erasure-sweeper.ts';
import type { StateDependencies } from './dependencies.ts';
import { createHandOutSweeper } from './lifecycle/hand-out.ts';
import { followLifecycles } from './lifecycle/lifecycle.ts';
import { createRetirementSweeper } from './lifecycle/retirement.ts';
import { measureIntake } from './metrics.ts';
import { createIntake } from './publishing/intake.ts';
import { createReemitter } from './publishing/reemission.ts';
import { createRelay } from './publishing/relay.ts';
import { measureReconciler } from './reconcile/metrics.ts';
import { createReconciler } from './reconcile/reconciler.ts';
import { reconcilerRoutes } from './reconcile/routes.ts';
import { createUpkeeper } from './store/lists/upkeeper.ts';
import { createMongoStateStore } from './store/store.mongo.ts';
import { createPostgresStateStore } from './store/store.postgres.ts';
import type { StateStore } from './store/store.ts';
import { installState } from './subgraph.ts';
import { createSummaryBuilder } from './summary/builder.ts';

const DATABASE = 'state';

/** Types of blobs that processors from outside own, by processor. */
async function readOutsideTypes({ supergraphFile }: Config): Promise<ReadonlyMap<string, string>> {
  if (supergraphFile === undefined) return new Map();
  const { outside } = await readSupergraph(supergraphFile);
  return new Map(outside.flatMap(({ name, types: [type] }) => (type === undefined ? [] : [[name, type]])));
}

const openStore = async (runtime: ServiceRuntime): Promise<StateStore> =>
  runtime.mongo
    ? createMongoStateStore(runtime.mongo.database(DATABASE))
    : createPostgresStateStore(await runtime.sql(DATABASE));

/** The state subgraph: the index of all blobs, and the users' own. */
export const stateService: ServiceDefinition = {
  name: 'state',
  async create(runtime) {
    const { clock, config, ids, logger, http } = runtime;
    const outsideTypes = await readOutsideTypes(config);
    const store = await openStore(runtime);
    await store.prepare();
    const eventLog = await runtime.eventLog();
    const intake = createIntake({ store, clock, logger, limit: config.limits.outbox });
    measureIntake(runtime.metrics, intake);
    const registry = createRegistryClient(http);
    const processors = createProcessorCatalog({ registry, clock, logger });
    const schemas = createSchemaClient({ http, clock });
    const nudge = (blobId: string) => relay.nudge(blobId);
    const nudgeDeletion = (blobId: string) => deletions.nudge(blobId);
    const nudgeErasure = (userId: string) => erasures.nudge(userId);
    const nudgeBackfill = (processorId: string) => backfills.nudge(processorId);
    const nudgeHandOut = (processorId: string) => handOuts.nudge(processorId);
    const nudgeRetirement = (processorId: string) => retirements.nudge(processorId);
    const deps: StateDependencies = {
      store,
      schemas,
      processors,
      eventLog,
      nudge,
      nudgeDeletion,
      intake,
      nudgeErasure,
      nudgeBackfill,
      nudgeHandOut,
      clock,
      ids,
      outsideTypes,
    };
    const relay = createRelay({ ...deps, logger });
    const erasure = createErasureClient(http);
    const deletions = createDeletionSweeper({ ...deps, erasure, logger });
    const maxWaiting = config.limits.outbox / 2;
    const erasures = createErasureSweeper({ ...deps, erasure, logger, maxWaiting });
    const backfills = createBackfillSweeper({ ...deps, logger });
    const handOuts = createHandOutSweeper({ ...deps, logger });
    const retirements = createRetirementSweeper({ ...deps, logger });
    const lifecycles = followLifecycles({ ...deps, nudgeRetirement, logger });
    const summaries = createSummaryBuilder({ store, logger });
    const settings = config.reconciler;
    const reconciler = createReconciler({ state: deps, registry, http, settings, logger });
    measureReconciler(runtime.metrics, reconciler);
    measureEventLog(runtime.metrics, runtime.eventLog);
    const reemitter = createReemitter({ store, eventLog, clock, logger });
    const upkeeper = createUpkeeper({ store, logger });
    return {
      checks: { store: () => store.ping(), 'event log': eventLogCheck(runtime.eventLog) },
      async install(app) {
        reconcilerRoutes(app, reconciler);
        await installState(app, deps, logger);
      },
      async start() {
        relay.start();
        deletions.start();
        erasures.start();
        backfills.start();
        handOuts.start();
        retirements.start();
        lifecycles.start();
        summaries.start();
        intake.start();
        reconciler.start();
        reemitter.start();
        upkeeper.start();
      },
      async stop() {
        await upkeeper.stop();
        await reconciler.stop();
        await lifecycles.stop();
        await Promise.all([backfills.stop(), handOuts.stop(), retirements.stop(), summaries.stop()]);
        await Promise.all([intake.stop(), relay.stop(), deletions.stop(), erasures.stop(), reemitter.stop()]);
      },
    };
  },
};
