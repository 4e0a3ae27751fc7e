import type { FastifyInstance } from 'fastify';
import { createLocalTransport } from '../clients/local/transport.ts';
import { type ServiceName, servicePorts } from '../config/config.ts';
import { JWKS_PATH, jwksOf } from '../identity/keys/jwks.ts';
import type { Caller } from '../identity/service/caller.ts';
import { StartersFault } from '../process/exit.ts';
import type { ServiceRuntime } from '../runtime/runtime.ts';
import type { Logger } from '../telemetry/logger.ts';
import { bounded, TookTooLong } from '../time/bounded.ts';
import { admit } from './access/authenticate.ts';
import { takesTogether } from './access/table.ts';
import { guardHosts, namesOf } from './doors/hosts.ts';
import { healthRoutes, type ReadinessChecks } from './health.ts';
import { createHttpServer } from './http/http.ts';
import { belongTo, OPERATIONAL_PATHS } from './load/load.ts';
import { measureService, metricsRoute } from './metrics.ts';
import { serveTogether } from './together/together.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks; set on every route of a subgraph but those of {@link OPERATIONAL_PATHS}. */
    caller: Caller;
  }
}

/** A service as its `main.ts` defines it: the same alone and beside the others in one process. */
export interface ServiceDefinition {
  readonly name: ServiceName;
  /** Whether it mostly works on events: as a process of its own it gives way to those that only answer. Default: false. */
  readonly worksOnEvents?: boolean;
  /**
   * Opens the service's stores, picking its adapters. Nothing is listened to or consumed yet, and no other service called:
   * those of one process are opened beside each other.
   */
  create(runtime: ServiceRuntime): Promise<ServiceParts>;
}

export interface ServiceParts {
  /** Adds the service's routes. On a subgraph every request is authenticated before it reaches them. */
  install(app: FastifyInstance): Promise<void>;
  /** Checks behind `/ready`. */
  readonly checks: ReadinessChecks;
  /** True for the front door, which checks users' tokens itself and has its own `/health` and `/ready`. */
  readonly frontDoor?: boolean;
  /** Starts what runs beside requests (consumers, relays); called once the port is open. */
  start?(): Promise<void>;
  /** Stops it again, finishing or handing back what is in work; called before the port closes, and if it never opened. */
  stop?(): Promise<void>;
  /** Closes what `create` opened and requests need; called once the port is closed, and if it never opened. */
  close?(): Promise<void>;
}

export interface RunningService {
  readonly name: ServiceName;
  /** Where it answers, without a trailing slash. */
  readonly url: string;
  /** As of {@link ServiceParts.frontDoor}. */
  readonly frontDoor: boolean;
  /** All of its routes, those for health and keys among them. */
  readonly routes: readonly ServiceRoute[];
  /** Tells whoever asks, and `/ready`, that it is about to stop; all else goes on. */
  retire(): void;
  /** Finishes or hands back what runs beside requests; what takes longer than 5 s is left to the next start. */
  finish(): Promise<void>;
  /**
   * Stops listening, answers what is in work and closes. `withinMs`: default 5,000; then what is left is told that the
   * service is unavailable.
   */
  close(withinMs?: number): Promise<void>;
  /** All three, one after the other. */
  stop(): Promise<void>;
}

const FINISH_WITHIN_MS = 5_250;
const ANSWER_WITHIN_MS = 5_000;
/** For what else is done when the server closes. */
const CLOSE_GRACE_MS = 500;
const CUT_EVERY_MS = 50;

/** A port that the service needs is not free. */
export class PortTaken extends StartersFault {
  override readonly name = 'PortTaken';

  constructor(service: string, port: number) {
    super(
      `Port ${port} (${service}) is taken: stop what listens there, or set PORT_OFFSET to move every port.`,
    );
  }
}

/** A route of a service. */
export interface ServiceRoute {
  readonly method: string;
  /** With its parameters, e.g. `/blobs/:id`. */
  readonly url: string;
}

function routesOf(app: FastifyInstance): readonly ServiceRoute[] {
  const routes: ServiceRoute[] = [];
  app.addHook('onRoute', ({ method, url }) => {
    for (const each of [method].flat()) routes.push({ method: each, url });
  });
  return routes;
}

/** Tells whoever asks by which keys the service is known. */
async function publishKeys(app: FastifyInstance, { serviceTokens }: ServiceRuntime): Promise<void> {
  const keys = jwksOf(await serviceTokens.published());
  app.get(JWKS_PATH, (_request, reply) =>
    reply.type('application/json').header('cache-control', 'public, max-age=60').send(keys),
  );
}

function requireServiceIdentity(app: FastifyInstance, service: string, runtime: ServiceRuntime): void {
  app.decorateRequest('caller');
  app.addHook('onRequest', async (request) => {
    if (OPERATIONAL_PATHS.has(request.routeOptions.url ?? '')) return;
    request.caller = await admit(request, service, runtime);
    const { viewer } = request.caller;
    // Services that ask for themselves know their measure.
    if (viewer) await belongTo(request, viewer.userId);
  });
}

async function listen(app: FastifyInstance, name: ServiceName, host: string, port: number): Promise<string> {
  try {
    await app.listen({ host, port });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') throw new PortTaken(name, port);
    throw error;
  }
  const address = app.server.address();
  return `http://127.0.0.1:${typeof address === 'object' && address ? address.port : port}`;
}

type Stopping = Omit<RunningService, 'name' | 'url' | 'routes'>;

function stopping(app: FastifyInstance, parts: ServiceParts, logger: Logger): Stopping {
  const inTime = (what: string, ms: number, work: Promise<unknown> | undefined) =>
    bounded(what, ms, Promise.resolve(work)).then(
      () => undefined,
      (error: unknown) => {
        if (!(error instanceof TookTooLong)) throw error;
        logger.warn({ err: error }, 'the service did not stop in time; not waiting any longer');
      },
    );
  const retire = () => app.load.retire();
  const finish = () => inTime('Finishing', FINISH_WITHIN_MS, parts.stop?.());
  const close = async (withinMs = ANSWER_WITHIN_MS) => {
    const until = performance.now() + withinMs;
    const cutting = setInterval(() => {
      if (performance.now() > until) app.load.giveUp();
      // Connections that wait for a first request are none of the idle ones that the server closes by itself.
      if (!app.server.listening && app.load.inWork === 0) app.server.closeAllConnections();
    }, CUT_EVERY_MS);
    try {
      await inTime('Closing the server', withinMs + CLOSE_GRACE_MS, app.close());
    } finally {
      clearInterval(cutting);
    }
  };
  const stop = async () => {
    retire();
    try {
      await finish();
    } finally {
      await close();
    }
  };
  return { frontDoor: parts.frontDoor ?? false, retire, finish, close, stop };
}

/**
 * Starts a service and resolves once it answers.
 * @throws PortTaken when its port is not free
 */
export async function startService(
  definition: ServiceDefinition,
  runtime: ServiceRuntime,
): Promise<RunningService> {
  const { name } = definition;
  const { config, logger } = runtime;
  const parts = await definition.create(runtime);
  const app = createHttpServer({ logger, limits: config.limits });
  const local: { close?: () => Promise<void> } = {};
  // Nothing more is taken from this process, as from sockets.
  app.addHook('preClose', (done) => {
    void local.close?.();
    done();
  });
  app.addHook('onClose', async () => {
    // What this process still asks needs the parts as much as what came over sockets.
    await local.close?.();
    await parts.close?.();
  });
  const stops = stopping(app, parts, logger);
  const routes = routesOf(app);
  try {
    guardHosts(app, namesOf(config));
    await publishKeys(app, runtime);
    if (!parts.frontDoor) {
      requireServiceIdentity(app, name, runtime);
      healthRoutes(app, {
        service: name,
        embedded: () => runtime.embedded(),
        checks: parts.checks,
        breakers: runtime.http.breakers,
      });
    }
    metricsRoute(app, runtime);
    measureService(runtime.metrics, { load: app.load, breakers: runtime.http.breakers });
    await parts.install(app);
    let url = '';
    if (takesTogether(name))
      serveTogether(app, {
        service: name,
        url: () => url,
        transport: createLocalTransport('gateway', runtime.local),
      });
    url = await listen(app, name, config.host, servicePorts[name] + config.portOffset);
    local.close = runtime.local.open({
      name,
      url,
      handle: (request, response) => app.routing(request, response),
    });
    await parts.start?.();
    return { name, url, routes, ...stops };
  } catch (error) {
    await stops
      .stop()
      .catch((err: unknown) => logger.warn({ err }, 'stopping a service that failed to start failed'));
    throw error;
  }
}
