import type { Health, ListedProcessor } from './processor.ts';

const UNKNOWN = '?';

/** A duration in its largest unit, e.g. `3 min`. */
export function duration(seconds: number): string {
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7_200) return `${Math.floor(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.floor(seconds / 3_600)} h` : `${Math.floor(seconds / 86_400)} days`;
}

const queue = ({ queueDepth: depth, queueDepthIsExact: isExact }: Health): string =>
  depth === null ? UNKNOWN : `${depth}${isExact ? '' : '+'}`;

const oldest = ({ queueDepth, oldestWaitingSeconds: seconds }: Health): string =>
  queueDepth === null ? UNKNOWN : seconds === null ? '-' : duration(seconds);

const errors = ({ endedRuns: ended, failedRuns: failed, windowSeconds: window }: Health): string =>
  ended === null || window === null ? UNKNOWN : `${failed} of ${ended} in ${duration(window)}`;

const count = (value: number | null): string => String(value ?? UNKNOWN);

/** Why it is not at work, or not up. */
const remarks = ({ statusSince, statusReason, status, health }: ListedProcessor): string =>
  [
    ...(status === 'ACTIVE' || statusSince === null ? [] : [`since ${statusSince}`]),
    ...(statusReason === null ? [] : [`(${statusReason})`]),
    ...(health.reason === null ? [] : [health.reason]),
  ].join(' ');

const COLUMNS: readonly (readonly [name: string, of: (processor: ListedProcessor) => string])[] = [
  ['PROCESSOR', ({ id }) => id],
  ['VERSION', ({ version }) => version],
  ['STATUS', ({ status }) => status],
  ['HEALTH', ({ health }) => health.status],
  ['ANSWERS IN', ({ health }) => (health.latencyMs === null ? '-' : `${health.latencyMs} ms`)],
  ['WAITING', ({ health }) => queue(health)],
  ['OLDEST', ({ health }) => oldest(health)],
  ['IN WORK', ({ health }) => count(health.inWork)],
  ['FAILED', ({ health }) => errors(health)],
  ['DEAD LETTERS', ({ health }) => count(health.deadLetters)],
  ['', remarks],
];

/** A line of names, then one for each processor. */
export function tableOf(processors: readonly ListedProcessor[]): string[] {
  const rows = [
    COLUMNS.map(([name]) => name),
    ...processors.map((each) => COLUMNS.map(([, of]) => of(each))),
  ];
  const widths = COLUMNS.map((_, place) => Math.max(...rows.map((row) => row[place]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, place) => cell.padEnd(widths[place] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
