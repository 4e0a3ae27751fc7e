import { createErasureClient, createRoutedReads } from '../../platform/clients/processor.ts';
import { createProcessorCatalog, createRegistryClient } from '../../platform/clients/registry.ts';
import { createSchemaClient } from '../../platform/clients/schemas.ts';
import { createWebhookEraser } from '../../platform/clients/webhooks.ts';
import { measureEventLog } from '../../platform/event-log/room/metrics.ts';
import type { ServiceRuntime } from '../../platform/runtime/runtime.ts';
import { eventLogCheck } from '../../platform/serving/health.ts';
import type { ServiceDefinition } from '../../platform/serving/service.ts';
import { createBackfillSweeper } from './backfill/backfill-sweeper.ts';
import { createSummaryBuilder } from './background/summary-builder.ts';
import { createUpkeeper } from './background/upkeeper.ts';
import { createGroupCommit } from './blobs/create/group-commit.ts';
import { createReturningSweeper } from './canary/returning.ts';
import { createDeletionSweeper } from './deletion/deletion-sweeper.ts';
import { createErasureSweeper } from './deletion/erasure-sweeper.ts';
import { createHandOutSweeper } from './lifecycle/hand-out.ts';
import { followLifecycles } from './lifecycle/lifecycle.ts';
import { createRetirementSweeper } from './lifecycle/retirement.ts';
import { openOutside } from './outside/follow-outside.ts';
import { createBookRelay } from './publishing/book-relay.ts';
import { createIntake } from './publishing/intake.ts';
import { measureIntake } from './publishing/metrics.ts';
import { createReemitter } from './publishing/reemission.ts';
import { createRelay } from './publishing/relay.ts';
import { measureReconciler } from './reconcile/metrics.ts';
import { createReconciler } from './reconcile/reconciler.ts';
import { reconcilerRoutes } from './reconcile/routes.ts';
import { createReprocessingSweeper } from './reprocessing/sweeper.ts';
import type { BookKey } from './store/books.ts';
import { createPostgresStateStore } from './store/postgres/store.postgres.ts';
import type { StateStore } from './store/store.ts';
import { createCheckSweeper } from './stored-check/check-sweeper.ts';
import { installState } from './subgraph.ts';
import { createTurnSweeper } from './turns/hand-on.ts';
import { createTurns } from './turns/turns.ts';
import { measureWorkloads } from './workloads/metrics.ts';
import { createWorkloads } from './workloads/workloads.ts';

const DATABASE = 'state';

async function openStore({ mongo, sql }: ServiceRuntime): Promise<StateStore> {
  if (!mongo) return createPostgresStateStore(await sql(DATABASE));
  const { createMongoStateStore } = await import('./store/mongo/store.mongo.ts');
  return createMongoStateStore(mongo.database(DATABASE));
}

/** Opens everything that both requests and background work use. */
async function openShared(runtime: ServiceRuntime) {
  const { clock, config, http, ids, logger } = runtime;
  const outside = await openOutside(runtime);
  const store = await openStore(runtime);
  await store.prepare();
  const eventLog = await runtime.eventLog();
  const registry = createRegistryClient(http);
  const processors = createProcessorCatalog({ registry, clock, logger });
  const schemas = createSchemaClient({ http, clock });
  const intake = createIntake({ store, clock, logger, limit: config.limits.outbox });
  const turns = createTurns({ store, clock, limit: config.limits.userRuns });
  const workloads = createWorkloads(store);
  const owners = createRoutedReads(http);
  return {
    ...{ store, turns, workloads, eventLog, registry, processors, schemas, intake, outside },
    ...{ clock, ids, logger, owners, outsideTypes: outside.types },
  };
}

/** The dependencies of requests. A nudge reaches the background work that `work` returns. */
function withNudges(shared: Awaited<ReturnType<typeof openShared>>, work: () => BackgroundWork) {
  return {
    ...shared,
    commit: createGroupCommit(shared.store, (blobIds) => work().relay.begin(blobIds)),
    nudge: (blobId: string) => work().relay.nudge(blobId),
    nudgeBook: (book: BookKey) => work().bookRelay.nudge(book),
    nudgeDeletion: (blobId: string) => work().deletions.nudge(blobId),
    nudgeErasure: (userId: string) => work().erasures.nudge(userId),
    nudgeBackfill: (processorId: string) => work().backfills.nudge(processorId),
    nudgeHandOut: (processorId: string) => work().handOuts.nudge(processorId),
    nudgeTurns: (userId: string) => work().turnSweeper.nudge(userId),
    nudgeStoredCheck: (schemaId: string) => work().storedChecks.nudge(schemaId),
    nudgeRetirement: (processorId: string) => work().retirements.nudge(processorId),
    nudgeReprocessing: (key: string) => work().reprocessings.nudge(key),
    nudgeCanaryEnd: (processorId: string) => work().canaryEnds.nudge(processorId),
  };
}

type Dependencies = ReturnType<typeof withNudges>;

/** Work beside requests, which starts and stops with the service. */
function createBackgroundWork(deps: Dependencies, { config, http }: ServiceRuntime) {
  const erasure = createErasureClient(http);
  const webhooks = config.services.includes('events') ? createWebhookEraser(http) : undefined;
  return {
    relay: createRelay({ ...deps, ended: (userId) => deps.turns.ended(userId) && deps.nudgeTurns(userId) }),
    turnSweeper: createTurnSweeper(deps),
    bookRelay: createBookRelay(deps),
    deletions: createDeletionSweeper({ ...deps, erasure }),
    erasures: createErasureSweeper({ ...deps, erasure, webhooks, maxWaiting: config.limits.outbox / 2 }),
    backfills: createBackfillSweeper(deps),
    handOuts: createHandOutSweeper(deps),
    retirements: createRetirementSweeper(deps),
    canaryEnds: createReturningSweeper(deps),
    reprocessings: createReprocessingSweeper(deps),
    catalog: deps.processors.follow(),
    storedChecks: createCheckSweeper(deps),
    lifecycles: followLifecycles(deps),
    summaries: createSummaryBuilder(deps),
    reconciler: createReconciler({ ...deps, http, settings: config.reconciler }),
    reemitter: createReemitter(deps),
    upkeeper: createUpkeeper(deps),
    supergraph: deps.outside.supergraph,
    intake: deps.intake,
  };
}

type BackgroundWork = ReturnType<typeof createBackgroundWork>;

/** Stops first what gives work to the rest. */
async function stopAll(work: BackgroundWork): Promise<void> {
  const { upkeeper, reconciler, lifecycles, catalog, ...more } = work;
  const { backfills, reprocessings, handOuts, retirements, canaryEnds, storedChecks, summaries, ...last } =
    more;
  await upkeeper.stop();
  await reconciler.stop();
  await lifecycles.stop();
  const walks = [backfills, reprocessings, handOuts, retirements, canaryEnds, storedChecks, summaries];
  await Promise.all(walks.map((each) => each.stop()));
  await Promise.all([catalog, ...Object.values(last)].map((each) => each.stop()));
}

/** The state subgraph: the index of all blobs, and the users' own. */
export const stateService: ServiceDefinition = {
  name: 'state',
  async create(runtime) {
    const { logger, metrics } = runtime;
    const deps = withNudges(await openShared(runtime), () => work);
    const work: BackgroundWork = createBackgroundWork(deps, runtime);
    measureIntake(metrics, deps.intake);
    measureReconciler(metrics, work.reconciler);
    measureWorkloads(metrics, deps);
    measureEventLog(metrics, runtime.eventLog);
    return {
      checks: { store: () => deps.store.ping(), 'event log': eventLogCheck(runtime.eventLog) },
      async install(app) {
        reconcilerRoutes(app, work.reconciler);
        deps.outside.takenBy(await installState(app, deps, { outside: deps.outside, logger }));
      },
      async start() {
        for (const each of Object.values(work)) each.start();
      },
      stop: () => stopAll(work),
    };
  },
};
