import { serviceNames } from '../platform/config.ts';
import { exitWith, UsageError } from '../platform/exit.ts';
import { runAlone } from '../platform/serving/run.ts';
import { loadService } from './all-services.ts';

/** `npm run start:service -- NAME`: runs one service, the gateway too, as a process of its own. */
try {
  const [name, ...others] = process.argv.slice(2);
  const service = serviceNames.find((known) => known === name);
  if (!service || others.length > 0) throw new UsageError(`Name one service: ${serviceNames.join(', ')}.`);
  await runAlone(service, () => loadService(service));
} catch (error) {
  exitWith(error);
}
