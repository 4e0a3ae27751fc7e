import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { buildSchema, lexicographicSortSchema, printSchema } from 'graphql';
import { expect, it } from 'vitest';
import { builtFile, projectFile } from '../../platform/process/paths.ts';
import { createLogger } from '../../platform/telemetry/logger.ts';
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
])('has the same API schema with each planner: %s', async (_, supergraphSdl) => {
  expect(await apiSchema('hive', supergraphSdl)).toBe(await apiSchema('apollo', supergraphSdl));
});

it.each(['apollo', 'hive'] as const)('refuses an invalid supergraph before %s gets it', async (kind) => {
  const supergraphSdl = 'type Query { a: Int }';
  await expect(createPlanner({ kind, supergraphSdl, logger })).rejects.toThrow('not a supergraph');
});

/** Opens a planner and plans, without closing it or ending the process. */
const program = (kind: string) => `
  import { readFileSync } from 'node:fs';
  import { createPlanner } from ${JSON.stringify(builtFile('gateway/planning/create-planner.ts'))};
  const supergraphSdl = readFileSync(${JSON.stringify(projectFile('gateway', 'supergraph.graphql'))}, 'utf8');
  const planner = await createPlanner({ kind: '${kind}', supergraphSdl, logger: console });
  console.log((await planner.plan('{ me { id } }')).node.serviceName);
`;

it.each(['apollo', 'hive'])('does not keep a process alive: %s', async (kind) => {
  const args = ['--input-type=module', '--eval', program(kind)];
  const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 30_000 });
  expect(stdout).toContain('state');
});
