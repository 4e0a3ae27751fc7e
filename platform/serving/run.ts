import { setTimeout as pause } from 'node:timers/promises';
import closeWithGrace from 'close-with-grace';
import { configFor, type ServiceName } from '../config/config.ts';
import { giveWay, NICENESS_ON_EVENTS } from '../process/priority.ts';
import { openRuntime, type Runtime } from '../runtime/runtime.ts';
import { type RunningService, type ServiceDefinition, type ServiceParts, startService } from './service.ts';

const STOP_WITHIN_MS = 10_000;
/** For whoever asks next to hear that a service is about to stop, and for probes to see it. */
const NOTICE_MS = 250;
/** After the notice, for all that is in work. */
const ANSWER_WITHIN_MS = 5_500;
/** The least that a service has for it, so that what it had no time for is told. */
const LEAST_MS = 100;

/** Services running on one runtime. */
export interface RunningSystem {
  readonly runtime: Runtime;
  /** In the order in which they were started. */
  readonly services: readonly RunningService[];
  /** Stops the services, then closes the runtime. @throws the first failure, after all were stopped */
  stop(): Promise<void>;
}

/**
 * Stops services so that nobody sees a broken answer: clients are told, then the front door answers what it has in
 * work while the others finish theirs, and last the others close, whom both had to ask until then.
 * @throws the first failure, after all were stopped
 */
async function stopServices(services: readonly RunningService[]): Promise<void> {
  const failures: unknown[] = [];
  const attempt = (work: Promise<void>) => work.catch((error: unknown) => void failures.push(error));
  for (const service of services) service.retire();
  if (services.length > 0) await pause(NOTICE_MS);
  const until = performance.now() + ANSWER_WITHIN_MS;
  const others = services.filter((service) => !service.frontDoor);
  const left = () => Math.max(LEAST_MS, until - performance.now());
  const doors = services.filter((service) => service.frontDoor);
  const work = [...doors.map((door) => door.stop()), ...others.toReversed().map((other) => other.finish())];
  await Promise.all(work.map(attempt));
  await Promise.all(others.map((service) => attempt(service.close(left()))));
  if (failures.length > 0) throw failures[0];
}

/** Closes the parts of services that were not started. Never rejects. */
async function discard(opened: readonly Promise<ServiceParts>[]): Promise<void> {
  for (const parts of await Promise.allSettled(opened)) {
    if (parts.status === 'rejected') continue;
    await parts.value.stop?.().catch(() => undefined);
    await parts.value.close?.().catch(() => undefined);
  }
}

/**
 * Starts services in order on a runtime, once it has begun to open the parts of all. When one cannot start, those before
 * it are stopped again.
 */
export async function startServices(
  definitions: readonly ServiceDefinition[],
  runtime: Runtime,
): Promise<RunningSystem> {
  const services: RunningService[] = [];
  const stop = async () => {
    try {
      await stopServices(services);
    } finally {
      await runtime.close();
    }
  };
  const waiting = definitions.map(({ name, create }) => {
    const own = runtime.forService(name);
    const parts = create(own);
    // Heard of in its turn.
    parts.catch(() => undefined);
    return { name, own, parts };
  });
  try {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const { name, own, parts } = next;
      services.push(await startService({ name, create: () => parts }, own));
    }
  } catch (error) {
    await discard(waiting.map(({ parts }) => parts));
    await stop();
    throw error;
  }
  return { runtime, services, stop };
}

/** Stops the system on SIGINT and SIGTERM, within 10 s. */
export function stopOnSignals(system: RunningSystem): void {
  closeWithGrace({ delay: STOP_WITHIN_MS, logger: undefined }, async ({ err }) => {
    if (err) system.runtime.logger.fatal({ err }, 'uncaught error');
    await system.stop();
  });
}

/** Runs one service as a process of its own; `load` is asked for it once the environment is known to be good. */
export async function runAlone(name: ServiceName, load: () => Promise<ServiceDefinition>): Promise<void> {
  const runtime = await openRuntime(configFor([name]));
  const definition = await load();
  if (definition.worksOnEvents) giveWay(NICENESS_ON_EVENTS);
  const system = await startServices([definition], runtime);
  stopOnSignals(system);
  const [service] = system.services;
  const embedded = runtime.embedded().join(', ') || 'nothing';
  console.log(`${service?.name} answers at ${service?.url} (embedded: ${embedded})`);
}
