import { existsSync, realpathSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import closeWithGrace from 'close-with-grace';
import { ConfigError, loadConfig } from '../config.ts';
import { openRuntime, type Runtime } from '../runtime.ts';
import { DataDirLocked } from '../sql/database.ts';
import { PortTaken, type RunningService, type ServiceDefinition, startService } from './service.ts';

const STOP_WITHIN_MS = 10_000;

/** True when the module is what `node` was asked to run, by whatever link: modules are known by their real path. */
export const isMain = (moduleUrl: string, [, script] = process.argv): boolean =>
  script !== undefined && existsSync(script) && pathToFileURL(realpathSync(script)).href === moduleUrl;

/** A command was called in a way that it cannot serve; the message says how to call it. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Faults of whoever starts a process: they need the message, not a stack. */
const STARTERS_FAULTS = [ConfigError, PortTaken, DataDirLocked, UsageError];

/** Ends the process with what a person must know, and no stack, when the fault is theirs to mend. */
export function exitWith(error: unknown): never {
  const { code, message, stack } = error as NodeJS.ErrnoException;
  const known = STARTERS_FAULTS.some((fault) => error instanceof fault) || code?.startsWith('ERR_PARSE_ARGS');
  console.error(known ? message : (stack ?? error));
  process.exit(1);
}

/** Services running on one runtime. */
export interface RunningSystem {
  readonly runtime: Runtime;
  readonly services: readonly RunningService[];
  stop(): Promise<void>;
}

/** Starts services in order on a runtime; when one cannot start, those before it are stopped again. */
export async function startServices(
  definitions: readonly ServiceDefinition[],
  runtime: Runtime,
): Promise<RunningSystem> {
  const services: RunningService[] = [];
  const stop = async () => {
    // The front door, started last, stops first: nobody is let in any more while the rest finishes.
    try {
      for (const service of services.toReversed()) await service.stop();
    } finally {
      await runtime.close();
    }
  };
  try {
    for (const definition of definitions) {
      services.push(await startService(definition, runtime.forService(definition.name)));
    }
  } catch (error) {
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

/** Runs one service as a process of its own, where `moduleUrl` is what `node` was asked to run. */
export async function runAlone(definition: ServiceDefinition, moduleUrl: string): Promise<void> {
  if (!isMain(moduleUrl)) return;
  try {
    const system = await startServices([definition], await openRuntime(loadConfig()));
    stopOnSignals(system);
    const embedded = system.runtime.embedded();
    console.log(
      `${definition.name} answers at ${system.services[0]?.url} (embedded: ${embedded.join(', ') || 'nothing'})`,
    );
  } catch (error) {
    exitWith(error);
  }
}
