import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { schemathesis } from '../../cli/services/packages.ts';
import { projectFile } from '../../platform/process/paths.ts';
import { installedProgram } from '../harness/python.ts';
import type { System } from '../harness/system.ts';
import { type Watch, watchOver } from './watch.ts';

/** A surface of the gateway with a description. */
export interface Surface {
  /** Path of its description. */
  readonly path: string;
  /** Phases of Schemathesis, for short runs. */
  readonly phases: readonly string[];
  /** Phases for long runs. */
  readonly longPhases: readonly string[];
  /** Checks of Schemathesis and of `hooks.py`. */
  readonly checks: readonly string[];
}

const OURS = ['no_fault_of_ours', 'tells_nothing'];

export const surfaces = {
  graphql: { path: '/graphql', phases: ['fuzzing'], longPhases: ['fuzzing'], checks: OURS },
  rest: {
    path: '/api/v1/openapi.json',
    phases: ['examples', 'fuzzing'],
    longPhases: ['examples', 'coverage', 'fuzzing'],
    checks: [
      ...OURS,
      'response_schema_conformance',
      'status_code_conformance',
      'content_type_conformance',
      'response_headers_conformance',
      'ignored_auth',
    ],
  },
} as const satisfies Record<string, Surface>;

export interface Options {
  /** Minimum number of requests. */
  readonly cases: number;
  readonly seed: number;
  /** Default: none. */
  readonly roles?: readonly string[];
}

export interface Outcome {
  readonly cases: number;
  /** Number of answers by status. */
  readonly statuses: Readonly<Record<string, number>>;
  /** Findings of the checks, each with the request that reproduces it. */
  readonly failures: readonly unknown[];
}

/** The part of Schemathesis's report that is read here. */
interface Report {
  readonly operations: { readonly tested: number; readonly selected: number };
  readonly test_cases: { readonly generated: number };
  readonly failures: readonly unknown[];
  readonly errors: readonly unknown[];
}

const CALLER = 'someone';
/** Requests per operation in the first round, which shows how many operations there are. */
const FIRST_ROUND = 2;
/** Minimum requests of a long run: the phase `coverage` alone sends about 2,000. */
const LONG = 2_000;
const MOST_ROUNDS = 8;
/** Timeout of an answer, in seconds. */
const ANSWER_WITHIN = 30;

interface Round {
  readonly surface: Surface;
  readonly url: string;
  readonly token: string;
  readonly folder: string;
  readonly seed: number;
  readonly examples: number;
}

/** Runs Schemathesis once. @throws Error with its output, when it wrote no report */
async function runRound({ surface, url, token, folder, seed, examples }: Round): Promise<Report> {
  const program = await installedProgram(schemathesis, 'schemathesis');
  const file = join(folder, `report-${seed}.json`);
  const child = spawn(
    program,
    [
      ...['--no-color', 'run', `${url}${surface.path}`, '--header', `Authorization: Bearer ${token}`],
      ...['--phases', surface.phases.join(), '--checks', surface.checks.join()],
      ...['--max-examples', String(examples), '--seed', String(seed), '--generation-database', 'none'],
      ...['--no-shrink', '--continue-on-failure', '--request-timeout', String(ANSWER_WITHIN)],
      ...['--report', 'json', '--report-json-path', file, '--output-truncate', 'false'],
    ],
    {
      cwd: folder,
      env: {
        PATH: '/usr/bin:/bin',
        LANG: 'C.UTF-8',
        PYTHONPATH: projectFile('e2e', 'schemathesis'),
        PYTHONDONTWRITEBYTECODE: '1',
        SCHEMATHESIS_HOOKS: 'hooks',
        WATCH: join(folder, 'watch.json'),
        ANSWERS: join(folder, 'answers'),
      },
    },
  );
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (printed += chunk));
  await once(child, 'close');
  const report = await readFile(file, 'utf8').catch(() => {
    throw new Error(`Schemathesis made no report:\n${printed.slice(-4_000)}`);
  });
  const made = JSON.parse(report) as Report;
  // The report only counts errors of Schemathesis itself; its output has them.
  return made.errors.length === 0 ? made : { ...made, errors: [printed.slice(-8_000)] };
}

async function countStatuses(file: string): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const status of (await readFile(file, 'utf8')).trim().split('\n'))
    counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

/** Sends a system requests that Schemathesis generates from a description, in rounds. */
export async function attack(
  system: System,
  surface: Surface,
  { cases, seed, roles = [] }: Options,
): Promise<Outcome> {
  const folder = await mkdtemp(join(tmpdir(), 'blobgraph-schemathesis-'));
  try {
    const watch: Watch = await watchOver(system, CALLER);
    await writeFile(join(folder, 'watch.json'), JSON.stringify(watch));
    const token = await system.token(CALLER, roles);
    const phases = cases < LONG ? surface.phases : surface.longPhases;
    const round = { surface: { ...surface, phases }, url: system.urls.gateway, token, folder };
    const failures: unknown[] = [];
    let made = 0;
    let examples = FIRST_ROUND;
    for (let number = 0; made < cases && number < MOST_ROUNDS; number++) {
      const report = await runRound({ ...round, seed: seed + number, examples });
      made += report.test_cases.generated;
      failures.push(...report.failures, ...report.errors);
      const perExample = report.test_cases.generated / examples;
      examples = Math.max(1, Math.ceil((cases - made) / perExample));
    }
    return { cases: made, statuses: await countStatuses(join(folder, 'answers')), failures };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
