import { parseArgs } from 'node:util';
import { serviceNames } from '../../platform/config/config.ts';
import { exitWith, UsageError } from '../../platform/process/exit.ts';
import { startSystem } from '../harness/system.ts';
import { attack, surfaces } from './run.ts';

const USAGE = `npm run schemathesis -- [graphql|rest] [--cases N] [--seed N] [--role ROLE]
  Sends an embedded system at least N (5,000) requests at each of its doors, or at one, made up by Schemathesis after the GraphQL schema
  and the OpenAPI document; --role: with a token of that role. Exits with 1 when an answer is a fault of ours, or tells what it must not.`;

function read() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { cases: { type: 'string' }, seed: { type: 'string' }, role: { type: 'string' } },
  });
  const [cases, seed] = [Number(values.cases ?? 5_000), Number(values.seed ?? 1)];
  if (!Number.isInteger(cases) || cases < 1 || !Number.isInteger(seed)) throw new UsageError(USAGE);
  const [only] = positionals;
  const chosen = Object.entries(surfaces).filter(([name]) => only === undefined || name === only);
  if (chosen.length === 0 || positionals.length > 1) throw new UsageError(USAGE);
  return { chosen, cases, seed, roles: values.role === undefined ? [] : [values.role] };
}

async function main(): Promise<number> {
  const { chosen, ...options } = read();
  const system = await startSystem('embedded', { services: serviceNames });
  try {
    let found = 0;
    for (const [name, surface] of chosen) {
      const { cases, statuses, failures } = await attack(system, surface, options);
      console.log(`${name}: ${cases} cases, answers by status ${JSON.stringify(statuses)}`);
      for (const failure of failures) console.log(JSON.stringify(failure, null, 2));
      found += failures.length;
    }
    return found === 0 ? 0 : 1;
  } finally {
    await system.stop();
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  exitWith(error, 2);
}
