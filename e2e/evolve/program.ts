import { configFor, type ServiceName, servicePorts, urlVariable } from '../../platform/config/config.ts';
import { exitWith, UsageError } from '../../platform/process/exit.ts';
import { processorService } from '../../platform/processor/service.ts';
import { openRuntime } from '../../platform/runtime/runtime.ts';
import { startServices, stopOnSignals } from '../../platform/serving/run.ts';
import { ID, sdlWith, version } from './ink.ts';

/**
 * The processor as a program of its own, which the system knows from the registry alone: `node program.js OPTIONS`, with
 * options as JSON.
 */
export interface Options {
  readonly version: string;
  readonly port: number;
  /** Fields of its SDL. */
  readonly fields: readonly string[];
  readonly fails?: boolean;
}

function optionsOf([text, ...others]: readonly string[]): Options {
  if (text === undefined || others.length > 0) throw new UsageError('Give the options, as JSON.');
  return JSON.parse(text) as Options;
}

try {
  const { version: name, port, fields, fails = false } = optionsOf(process.argv.slice(2));
  const service = ID as ServiceName;
  const config = configFor([]);
  Object.assign(servicePorts, { [ID]: port - config.portOffset });
  const url = `http://${config.host}:${port}`;
  const runtime = await openRuntime({ ...config, urls: { ...config.urls, [service]: url } });
  const definition = processorService(version(name, { fails }), sdlWith(...fields));
  stopOnSignals(await startServices([definition], runtime));
  console.log(`${urlVariable(ID)}=${url}`);
} catch (error) {
  exitWith(error);
}
