import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { createPlanner } from '../gateway/planning/create-planner.ts';
import { exitWith, UsageError } from '../platform/process/exit.ts';
import { projectFile } from '../platform/process/paths.ts';
import { createLogger } from '../platform/telemetry/logger.ts';

/**
 * `npm run --silent schema [-- --supergraph FILE] > schema.graphql`: prints the schema that clients see, for code
 * generators and linters. It reads the supergraph: no system has to run, and introspection can stay off. FILE: a graph
 * with processors from outside, as `npm run compose` prints it.
 */
try {
  const { values } = parseArgs({ options: { supergraph: { type: 'string' } } });
  const file = values.supergraph ?? projectFile('gateway', 'supergraph.graphql');
  const supergraphSdl = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(`${file} cannot be read (${error.code}): name another with --supergraph FILE.`);
  });
  const planner = await createPlanner({ kind: 'apollo', supergraphSdl, logger: createLogger('silent') });
  process.stdout.write(`${planner.apiSchema.trim()}\n`);
  await planner.close();
} catch (error) {
  exitWith(error);
}
