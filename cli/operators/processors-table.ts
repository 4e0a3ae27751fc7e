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

/** Of a processor with a candidate, the present version's beside the candidate's. */
function errors({ canary, health }: ListedProcessor): string {
  const { endedRuns: ended, failedRuns: failed, windowSeconds: window, versions } = health;
  if (ended === null || window === null) return UNKNOWN;
  const within = `in ${duration(window)}`;
  if (!canary || !versions) return `${failed} of ${ended} ${within}`;
  const of = (version: string | null) => {
    const found = versions.find((one) => one.version === version);
    return `${found?.failedRuns ?? 0} of ${found?.endedRuns ?? 0}`;
  };
  return `${of(null)}, ${canary.version}: ${of(canary.version)} ${within}`;
}

/** With the candidate, and the part of new blobs that it takes. */
const versions = ({ version, canary }: ListedProcessor): string =>
  canary ? `${version} + ${canary.version} (${Math.round(canary.share * 1_000) / 10} %)` : version;

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
  ['VERSION', versions],
  ['STATUS', ({ status }) => status],
  ['HEALTH', ({ health }) => health.status],
  ['ANSWERS IN', ({ health }) => (health.latencyMs === null ? '-' : `${health.latencyMs} ms`)],
  ['WAITING', ({ health }) => queue(health)],
  ['OLDEST', ({ health }) => oldest(health)],
  ['IN WORK', ({ health }) => count(health.inWork)],
  ['FAILED', errors],
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
