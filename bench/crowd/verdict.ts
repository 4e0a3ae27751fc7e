import { quantile } from '../statistics.ts';

/** Resident memory of a process, sample by sample, MiB. */
export type Memory = ReadonlyMap<string, readonly number[]>;

export interface Observed {
  readonly memory: Memory;
  /** Milliseconds of the other users' requests. */
  readonly before: readonly number[];
  readonly during: readonly number[];
  readonly failures: number;
  readonly acknowledged: number;
  /** Acknowledged writes that are lacking, each in a line. */
  readonly lost: readonly string[];
}

export interface Verdict {
  readonly what: string;
  readonly found: string;
  readonly allowed: string;
  readonly holds: boolean;
}

/** How much the memory of a process may be larger in the last third than in the one before. */
const MOST_GROWTH = 1.05;
const MOST_SLOWER = 3;

const mean = (samples: readonly number[]): number =>
  samples.reduce((sum, sample) => sum + sample, 0) / samples.length;

/**
 * A process's memory in the last third of the samples over that in the second: attacks repeat several times in each, so
 * that their means compare.
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

/** Whether the others noticed, memory stayed flat and nothing was lost, each with what was found. */
export function verdicts({ memory, before, during, failures, acknowledged, lost }: Observed): Verdict[] {
  const p = (samples: readonly number[], share: number) => quantile(samples, share);
  const slower = p(during, 0.99) / p(before, 0.99);
  const shown = (samples: readonly number[]) =>
    `${p(samples, 0.5).toFixed(1)} / ${p(samples, 0.99).toFixed(1)} ms`;
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
      what: 'acknowledged drafts lost, doubled or not told of',
      found: `${lost.length} of ${acknowledged}`,
      allowed: '0',
      holds: lost.length === 0,
    },
  ];
}
