import { existsSync, readFileSync } from 'node:fs';
import { inheritedEnvironment } from '../platform/config/config.ts';
import { parseEnvironment } from '../platform/config/environment-file.ts';
import { exitWith, UsageError } from '../platform/process/exit.ts';
import { projectFile } from '../platform/process/paths.ts';
import { conformanceOptions } from './conformance/options.ts';

/** `npm run conformance -- --url URL …`: checks a processor against each sentence of the contract. */

/** Exit code of usage errors; a processor that breaks the contract ends it with 1. */
const BAD_INPUT = 2;

/** @throws UsageError */
function natsServers(
  given: readonly string[] | undefined,
  environment: NodeJS.ProcessEnv,
): readonly string[] {
  const file = projectFile('.blobgraph', 'services.env');
  const known = existsSync(file) ? parseEnvironment(readFileSync(file, 'utf8')) : {};
  const servers = given ?? (environment['NATS_URL'] ?? known['NATS_URL'])?.split(',');
  if (servers && servers.length > 0) return servers;
  throw new UsageError(
    'NATS with JetStream is needed: set --nats or NATS_URL, or start one with `npm run services -- up nats`.',
  );
}

try {
  const environment = inheritedEnvironment();
  const options = conformanceOptions(process.argv.slice(2));
  // The rest takes a second to load: usage errors are reported before.
  const [{ lookAtProcessor }, { isBroken, jsonReport, textReport }] = await Promise.all([
    import('./conformance/run.ts'),
    import('./conformance/report.ts'),
  ]);
  const looked = await lookAtProcessor(options, {
    natsServers: natsServers(options.nats, environment),
    environment,
    say: (line) => console.error(line),
  });
  console.log(options.json ? jsonReport(looked) : textReport(looked));
  process.exit(isBroken(looked) ? 1 : 0);
} catch (error) {
  exitWith(error, BAD_INPUT);
}
