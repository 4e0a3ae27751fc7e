import { quantile } from '../harness/statistics.ts';

/** Samples of resident memory in MiB, by process. */
export type Memory = ReadonlyMap<string, readonly number[]>;

export interface Observed {
  readonly memory: Memory;
  /** Latencies of the other users' requests before the attacks, in milliseconds. */
  readonly before: readonly number[];
  /** The same during each attack. */
  readonly during: ReadonlyMap<string, readonly number[]>;
  readonly failures: number;
  readonly acknowledged: number;
  /** Acknowledged writes that are lost, one per line. */
  readonly lost: readonly string[];
}

export interface Verdict {
  readonly what: string;
  readonly found: string;
  readonly allowed: string;
  readonly holds: boolean;
}

/** Allowed ratio of a process's mean memory in the last third to that in the second. */
const MOST_GROWTH = 1.05;
const MOST_SLOWER = 3;

const mean = (samples: readonly number[]): number =>
  samples.reduce((sum, sample) => sum + sample, 0) / samples.length;

/**
 * Ratio of the mean memory in the last third of the samples to that in the second. Attacks repeat several times in
 * each third, so the means are comparable.
 */
export function growth(samples: readonly number[]): number {
  const third = Math.floor(samples.length / 3);
  return mean(samples.slice(2 * third)) / mean(samples.slice(third, 2 * third));
}

const times = (ratio: number): string => `${ratio.toFixed(2)} ×`;

function memoryVerdicts(memory: Memory): Verdict[] {
  return [...memory].map(([name, samples]) => {
    const grown = growth(samples);
    const peak = Math.max(...samples).toFixed(0);
    return {
      what: `memory of ${name}, last third over second`,
      found: `${times(grown)} (${mean(samples).toFixed(0)} MiB, at most ${peak})`,
      allowed: times(MOST_GROWTH),
      holds: grown <= MOST_GROWTH,
    };
  });
}

/** Median and 99th percentile of milliseconds, as text. */
const shown = (samples: readonly number[]): string =>
  `${quantile(samples, 0.5).toFixed(1)} / ${quantile(samples, 0.99).toFixed(1)} ms`;

/** One verdict each on memory, the others' latencies, their failures, and lost writes. */
export function verdicts({ memory, before, failures, acknowledged, lost, ...observed }: Observed): Verdict[] {
  const during = [...observed.during.values()].flat();
  const slower = quantile(during, 0.99) / quantile(before, 0.99);
  return [
    ...memoryVerdicts(memory),
    {
      what: 'others’ `{ me { id } }`, p99 during over before',
      found: `${times(slower)} (p50 / p99: ${shown(before)}, then ${shown(during)})`,
      allowed: times(MOST_SLOWER),
      holds: slower <= MOST_SLOWER,
    },
    {
      what: 'others’ requests that failed',
      found: `${failures} of ${before.length + during.length + acknowledged}`,
      allowed: '0',
      holds: failures === 0,
    },
    {
      what: 'acknowledged drafts lost, doubled or not received',
      found: `${lost.length} of ${acknowledged}`,
      allowed: '0',
      holds: lost.length === 0,
    },
  ];
}
