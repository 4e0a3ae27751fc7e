import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { load, machine } from '../e2e/harness/machine.ts';
import { exitWith, UsageError } from '../platform/process/exit.ts';
import { projectFile } from '../platform/process/paths.ts';
import type { Benchmark, BenchmarkOptions } from './harness/benchmark.ts';

/**
 * `npm run bench -- <name> [--rounds N] [--turn-ms N] [--requests N] [--router PATH] [--before FOLDER] [--peer ID]… [--workload ID]…
 * [--write]`: runs a benchmark; `--write` puts the result into docs/performance.md.
 */

const SUFFIX = '.bench.ts';
const REPORT = projectFile('docs', 'performance.md');

const names = readdirSync(projectFile('bench'))
  .filter((file) => file.endsWith(SUFFIX))
  .map((file) => file.slice(0, -SUFFIX.length));

function writeReport(name: string, markdown: string): void {
  const [open, close] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const report = readFileSync(REPORT, 'utf8');
  const [from, to] = [report.indexOf(open), report.indexOf(close)];
  if (from < 0 || to < from) throw new UsageError(`${REPORT} has no section for it: ${open} … ${close}`);
  writeFileSync(REPORT, `${report.slice(0, from)}${open}\n${markdown}\n${report.slice(to)}`);
}

const wholeNumber = (option: string, text: string): number => {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new UsageError(`--${option} must be a whole number from 1`);
};

function parse() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      rounds: { type: 'string', default: '7' },
      'turn-ms': { type: 'string', default: '2000' },
      requests: { type: 'string', default: '1000000' },
      router: { type: 'string' },
      before: { type: 'string' },
      peer: { type: 'string', multiple: true, default: [] },
      workload: { type: 'string', multiple: true, default: [] },
      write: { type: 'boolean', default: false },
    },
  });
  const { router, before, peer: peers, workload, write } = values;
  if (write && peers.length + workload.length > 0) {
    throw new UsageError('--write needs whole results: leave out --peer and --workload');
  }
  const options: BenchmarkOptions = {
    rounds: wholeNumber('rounds', values.rounds),
    turnMs: wholeNumber('turn-ms', values['turn-ms']),
    requests: wholeNumber('requests', values.requests),
    router,
    before,
    peers,
    workloads: workload,
  };
  return { name: positionals[0] ?? '', options, write };
}

async function main(): Promise<void> {
  const { name, options, write } = parse();
  if (!names.includes(name)) throw new UsageError(`Name a benchmark: ${names.join(', ')}`);
  const { benchmark } = (await import(`./${name}.bench.js`)) as { benchmark: Benchmark };
  const before = load();
  const found = await benchmark.run(options);
  const rounds = benchmark.inRounds === false ? '' : `; ${options.rounds} rounds`;
  const day = new Date().toISOString().slice(0, 10);
  const where = `${day}. ${machine()}. Load before ${before}, after ${load()}${rounds}.`;
  const markdown = `${where}\n\n${found}`;
  console.log(markdown);
  if (write) writeReport(name, markdown);
}

await main().catch(exitWith);
