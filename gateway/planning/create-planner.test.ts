import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { buildSchema, lexicographicSortSchema, printSchema } from 'graphql';
import { expect, it } from 'vitest';
import { createLogger } from '../../platform/logger.ts';
import { builtFile, projectFile } from '../../platform/paths.ts';
import { createPlanner } from './create-planner.ts';
import { blobgraph, shop } from './testing/plans.ts';

const logger = createLogger('silent');

async function apiSchema(kind: 'apollo' | 'hive', supergraphSdl: string): Promise<string> {
  const planner = await createPlanner({ kind, supergraphSdl, logger });
  await planner.close();
  return printSchema(lexicographicSortSchema(buildSchema(planner.apiSchema)));
}

it.each([
  ['this project', blobgraph],
  ['one with what clients do not see', shop()],
])('shows clients the same schema by each planner: %s', async (_, supergraphSdl) => {
  expect(await apiSchema('hive', supergraphSdl)).toBe(await apiSchema('apollo', supergraphSdl));
});

it.each(['apollo', 'hive'] as const)('refuses what is no supergraph before %s sees it', async (kind) => {
  const supergraphSdl = 'type Query { a: Int }';
  await expect(createPlanner({ kind, supergraphSdl, logger })).rejects.toThrow('not a supergraph');
});

/** Opens a planner, plans, and neither closes it nor ends the process. */
const program = (kind: string) => `
  import { readFileSync } from 'node:fs';
  import { createPlanner } from ${JSON.stringify(builtFile('gateway/planning/create-planner.ts'))};
  const supergraphSdl = readFileSync(${JSON.stringify(projectFile('gateway', 'supergraph.graphql'))}, 'utf8');
  const planner = await createPlanner({ kind: '${kind}', supergraphSdl, logger: console });
  console.log((await planner.plan('{ me { id } }')).node.serviceName);
`;

it.each(['apollo', 'hive'])('keeps no process alive that is done: %s', async (kind) => {
  const args = ['--input-type=module', '--eval', program(kind)];
  const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 30_000 });
  expect(stdout).toContain('state');
});
