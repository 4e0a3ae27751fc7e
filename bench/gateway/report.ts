import { median, ratios, spread, table } from '../harness/statistics.ts';
import type { Asking, Figures } from './measure.ts';

/** Results of one peer in one case. */
export interface Row {
  readonly label: string;
  readonly name: string;
  readonly asking: Asking | undefined;
  readonly figures: Figures;
  /** Results of our gateway in the same case; undefined when it did not take part. */
  readonly ours: Figures | undefined;
}

const HEAD = [
  '',
  'gateway',
  'requests to subgraphs',
  'representations',
  'CPU ms an answer',
  'times ours',
  'p50 ms',
  'p99 ms',
  'answers/s',
  'resident MiB',
];

function cells({ label, name, asking, figures, ours }: Row): string[] {
  const { cpuMs, p50, p99, perSecond, resident } = figures;
  return [
    label,
    name,
    `${asking?.requests}`,
    `${asking?.representations}`,
    spread(cpuMs, 2),
    ours && ours !== figures ? ratios(cpuMs, ours.cpuMs) : '',
    median(p50).toFixed(1),
    median(p99).toFixed(1),
    median(perSecond).toFixed(0),
    median(resident).toFixed(0),
  ];
}

/** A workload's table, with its title. */
export const workloadReport = (title: string, answerKb: number, rows: readonly Row[]): string =>
  `**${title}** (${answerKb.toFixed(0)} kB)\n\n${table(HEAD, rows.map(cells))}`;
