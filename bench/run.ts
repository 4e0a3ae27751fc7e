import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { exitWith, UsageError } from '../platform/exit.ts';
import { projectFile } from '../platform/paths.ts';
import type { Benchmark } from './bench.ts';
import { load, machine } from './machine.ts';

/** `npm run bench -- <name> [--rounds N] [--write]`: measures, and with `--write` puts it into docs/performance.md. */

const SUFFIX = '.bench.ts';
const REPORT = projectFile('docs', 'performance.md');

const names = readdirSync(projectFile('bench'))
  .filter((file) => file.endsWith(SUFFIX))
  .map((file) => file.slice(0, -SUFFIX.length));

function write(name: string, markdown: string): void {
  const [open, close] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const report = readFileSync(REPORT, 'utf8');
  const [from, to] = [report.indexOf(open), report.indexOf(close)];
  if (from < 0 || to < from) throw new UsageError(`${REPORT} has no place for it: ${open} … ${close}`);
  writeFileSync(REPORT, `${report.slice(0, from)}${open}\n${markdown}\n${report.slice(to)}`);
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      rounds: { type: 'string', default: '7' },
      write: { type: 'boolean', default: false },
    },
  });
  const [name = ''] = positionals;
  const rounds = Number(values.rounds);
  if (!names.includes(name)) throw new UsageError(`Name a benchmark: ${names.join(', ')}`);
  if (!Number.isInteger(rounds) || rounds < 1) throw new UsageError('--rounds must be a whole number from 1');
  const { benchmark } = (await import(`./${name}.bench.js`)) as { benchmark: Benchmark };
  const before = load();
  const found = await benchmark.run({ rounds });
  const day = new Date().toISOString().slice(0, 10);
  const where = `${day}. ${machine()}. Load before ${before}, after ${load()}; ${rounds} rounds.`;
  const markdown = `${where}\n\n${found}`;
  console.log(markdown);
  if (values.write) write(name, markdown);
}

await main().catch(exitWith);
