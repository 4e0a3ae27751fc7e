import Fastify, { type FastifyInstance } from 'fastify';
import type { ServiceCall, ServiceHttp, ServiceTarget } from '../../../platform/clients/http/http.ts';
import type { ProcessorDocument } from '../../../platform/clients/registry.ts';
import { BlobgraphError } from '../../../platform/errors/errors.ts';
import { pathOf } from '../../../platform/ids/service-path.ts';
import type { BlobInventory } from '../../../platform/processor/records/inventory.ts';
import { inventoryRoutes } from '../../../platform/processor/rest/inventory-routes.ts';
import { createLogger } from '../../../platform/telemetry/logger.ts';
import type { StateStore } from '../store/store.ts';
import { dependenciesOf } from '../testing/dependencies.fixture.ts';
import { createReconciler, type ReconcileOptions, type ReconcilerSettings } from './reconciler.ts';

export const GRACE_SECONDS = 3_600;

/** The inventory of a processor behind its routes, without a network. */
function serveInventory({ processor, inventory, rebuildable = false }: TestOwner): FastifyInstance {
  const app = Fastify();
  app.decorateRequest('caller');
  app.addHook('onRequest', async (request) => {
    request.caller = { service: 'state', viewer: null };
  });
  inventoryRoutes(app, { processorId: processor.id, inventory, rebuildable });
  return app;
}

async function answerOf(app: FastifyInstance, { method, path, body }: ServiceCall): Promise<unknown> {
  const answer = await app.inject({
    method,
    url: pathOf(path),
    ...(body === undefined ? {} : { payload: body as object }),
  });
  if (answer.statusCode === 200) return answer.json();
  throw new BlobgraphError('SERVICE_UNAVAILABLE', 'It does not answer.');
}

/** A processor and what it keeps. */
export interface TestOwner {
  readonly processor: ProcessorDocument;
  readonly inventory: BlobInventory;
  /** Whether it makes again what its store drops. Default: false. */
  readonly rebuildable?: boolean;
}

/** The reconciler with its dependencies and a clock of the test. Processors answer at `http://ID`. */
export async function openReconciling(store: StateStore, owners: readonly TestOwner[]) {
  await store.prepare();
  let now = Date.parse('2026-03-01T12:00:00.000Z');
  const clock = { now: () => new Date(now) };
  const logger = createLogger('silent');
  const processors = owners.map(({ processor }) => ({ ...processor, base_url: `http://${processor.id}` }));
  const registry = { list: async () => processors };
  const state = dependenciesOf(store, processors, clock);
  const apps: Readonly<Record<string, FastifyInstance>> = Object.fromEntries(
    owners.map((owner) => [`http://${owner.processor.id}`, serveInventory(owner)]),
  );
  /** Calls of the processors' inventories, e.g. `POST http://text-expansion/inventory/existing`. */
  const calls: string[] = [];
  let refuses = (_call: string): boolean => false;
  const call = async (target: ServiceTarget, request: ServiceCall) => {
    const baseUrl = typeof target === 'string' ? target : target.baseUrl;
    const name = `${request.method} ${baseUrl}${pathOf(request.path)}`;
    calls.push(name);
    const app = apps[baseUrl];
    if (!app || refuses(name)) throw new BlobgraphError('SERVICE_UNAVAILABLE', 'It does not answer.');
    return answerOf(app, request);
  };
  const http = { call } as Pick<ServiceHttp, 'call'> as ServiceHttp;
  return {
    store,
    state,
    clock,
    calls,
    /** A time so many graces ago. */
    graces: (count: number) => new Date(now - count * GRACE_SECONDS * 1_000),
    pass(seconds: number) {
      now += seconds * 1_000;
    },
    /** Which calls of processors have no answer. */
    refuse(which: (call: string) => boolean) {
      refuses = which;
    },
    async reconcile(
      options: ReconcileOptions = { repair: false },
      settings: Partial<ReconcilerSettings> = {},
    ) {
      const own = { everySeconds: 0, graceSeconds: GRACE_SECONDS, maxChanges: 100, ...settings };
      const { findings, unreachable, capped } = await createReconciler({
        ...state,
        registry,
        http,
        settings: own,
        logger,
      }).reconcile(options);
      const told = findings.map(
        ({ kind, processorId, found, repaired }) => `${kind} ${processorId} ${found} ${repaired}`,
      );
      return { told, findings, unreachable: unreachable.map(({ processorId }) => processorId), capped };
    },
  };
}
