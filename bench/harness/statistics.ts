/** The sample below which the given share (0–1) of the samples lies; NaN without samples. */
export function quantile(samples: readonly number[], share: number): number {
  const sorted = samples.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

/** The median: for an even number, the mean of the two in the middle; NaN without samples. */
export function median(samples: readonly number[]): number {
  const sorted = samples.toSorted((a, b) => a - b);
  const upper = sorted.length >> 1;
  const lower = (sorted.length - 1) >> 1;
  return ((sorted[lower] ?? Number.NaN) + (sorted[upper] ?? Number.NaN)) / 2;
}

const twoDigits = (value: number): string => value.toFixed(2);

/** Ratios of two series, round by round, as `median (min–max)`. */
export function ratios(ours: readonly number[], peers: readonly number[]): string {
  const each = ours.map((value, round) => value / (peers[round] ?? Number.NaN));
  return `${twoDigits(median(each))} (${twoDigits(Math.min(...each))}–${twoDigits(Math.max(...each))})`;
}

/** Samples as `median (min–max)`, with `digits` decimal places. */
export const spread = (samples: readonly number[], digits: number): string =>
  `${median(samples).toFixed(digits)} (${Math.min(...samples).toFixed(digits)}–${Math.max(...samples).toFixed(digits)})`;

/** A Markdown table. */
export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
