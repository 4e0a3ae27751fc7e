import { quantile, table } from '../harness/statistics.ts';
import type { Cores } from './cores.ts';
import type { Taken } from './others.ts';
import type { Verdict } from './verdict.ts';

/** A stretch of the soak, as the others and the machine saw it. */
export interface Stretch extends Taken {
  readonly cores: Cores;
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** Processes with a column of their own; the rest are one. */
const SHOWN = ['gateway', 'state', 'hostile', 'others'];

const HEAD = [
  'others’ `{ me { id } }`',
  'p50 ms',
  'p99 ms',
  'p99 to calm',
  'their own delay, p99 ms',
  'cores at work',
  ...SHOWN.slice(0, 2),
  'other services',
  'hostile client',
  'others’ clients',
  'gateway waits for a core',
];

/** Mean cores of a process over stretches; NAME `rest`: of all those that have no column. */
function coresOf(stretches: readonly Stretch[], name: string): number {
  return mean(
    stretches.map(({ cores: { byProcess } }) => {
      if (name !== 'rest') return byProcess.get(name) ?? 0;
      return [...byProcess].reduce((sum, [each, value]) => (SHOWN.includes(each) ? sum : sum + value), 0);
    }),
  );
}

function row(name: string, stretches: readonly Stretch[], calmP99: number): string[] {
  const samples = stretches.flatMap((stretch) => stretch.samples);
  const p99 = quantile(samples, 0.99);
  const own = Math.max(...stretches.map(({ ownDelayP99 }) => ownDelayP99));
  const cores = ['gateway', 'state', 'rest', 'hostile', 'others'].map((each) =>
    coresOf(stretches, each).toFixed(2),
  );
  return [
    name,
    quantile(samples, 0.5).toFixed(1),
    p99.toFixed(1),
    (p99 / calmP99).toFixed(2),
    own.toFixed(1),
    mean(stretches.map(({ cores: { all } }) => all)).toFixed(2),
    ...cores,
    `${(mean(stretches.map(({ cores: { waiting } }) => waiting)) * 100).toFixed(0)} %`,
  ];
}

const judged = ({ what, found, allowed, holds }: Verdict): string[] => [
  what,
  found,
  allowed,
  holds ? 'holds' : 'FAILS',
];

/** The findings as Markdown: what was promised, what the others saw beside each attack, and what holds. */
export function report(
  { before, during }: { readonly before: Stretch; readonly during: ReadonlyMap<string, readonly Stretch[]> },
  found: readonly Verdict[],
): string {
  const calmP99 = quantile(before.samples, 0.99);
  const rows = [
    row('with nobody hostile', [before], calmP99),
    ...[...during].map(([name, stretches]) => row(name, stretches, calmP99)),
    row('all attacks', [...during.values()].flat(), calmP99),
  ];
  const failing = found.filter(({ holds }) => !holds).map(({ what }) => what);
  const verdict =
    failing.length === 0 ? 'VERDICT: all of it holds.' : `VERDICT: FAILS in ${failing.join('; ')}.`;
  return `${table(['', 'found', 'at most', ''], found.map(judged))}\n\n${table(HEAD, rows)}\n\n${verdict}`;
}
