import { serviceNames } from '../platform/config/config.ts';
import { exitWith, UsageError } from '../platform/process/exit.ts';
import { runAlone } from '../platform/serving/run.ts';
import { loadService } from './system/all-services.ts';

/** `npm run start:service -- NAME`: runs one service as a process of its own, the gateway included. */
try {
  const [name, ...others] = process.argv.slice(2);
  const service = serviceNames.find((known) => known === name);
  if (!service || others.length > 0) throw new UsageError(`Name one service: ${serviceNames.join(', ')}.`);
  await runAlone(service, () => loadService(service));
} catch (error) {
  exitWith(error);
}
