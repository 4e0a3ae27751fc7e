import type { Tone } from '../design/states/state-badge.tsx';
import { count, counted } from '../design/text/time.tsx';
import type { ProcessorRowFragment } from './operations.generated.ts';

export type ProcessorRow = ProcessorRowFragment;
type Health = ProcessorRow['health'];

const STATUSES: Readonly<Record<Health['status'], readonly [Tone, string]>> = {
  UP: ['done', 'Up'],
  DEGRADED: ['waiting', 'Not well'],
  DOWN: ['failed', 'Down'],
  UNKNOWN: ['rest', 'Not checked yet'],
};

/** Whether it answers, as a tone and a word. One that is retired is asked no more. */
export const healthOf = ({ status, health }: ProcessorRow): readonly [Tone, string] =>
  status === 'RETIRED' ? ['rest', 'Retired'] : STATUSES[health.status];

/** E.g. "2 min": whole numbers of the largest unit, from which on exactness is of no use. */
export function span(seconds: number): string {
  if (seconds < 60) return `${Math.round(seconds)} s`;
  if (seconds < 3_600) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.round(seconds / 3_600)} h`;
  return `${Math.round(seconds / 86_400)} days`;
}

const percent = (share: number): string =>
  share > 0 && share < 0.01 ? 'less than 1 %' : `${Math.round(share * 100)} %`;

/** A figure of a processor, by its name. */
export interface Figure {
  readonly name: string;
  readonly value: string;
  /** It needs somebody's look. */
  readonly isGrave?: boolean;
}

const queueOf = ({ queueDepth, queueDepthIsExact }: Health): string =>
  queueDepth === null ? '–' : `${count(queueDepth)}${queueDepthIsExact === false ? ' or more' : ''}`;

const failuresOf = ({ errorRate, failedRuns, endedRuns, windowSeconds }: Health): string => {
  if (endedRuns === null) return '–';
  const during = ` in ${span(windowSeconds ?? 0)}`;
  if (errorRate === null) return `none ended${during}`;
  return `${percent(errorRate)}: ${count(failedRuns ?? 0)} of ${count(endedRuns)}${during}`;
};

/** The figure that everybody is told. */
export const latencyOf = ({ latencyMs, status }: Health): Figure => ({
  name: 'Answers in',
  value: latencyMs === null ? (status === 'UNKNOWN' ? '–' : 'no answer') : `${count(latencyMs)} ms`,
});

/** Figures that operators are told besides. A part whose service is away is a dash. */
export const figuresOf = (health: Health): Figure[] => [
  { name: 'Waiting', value: queueOf(health) },
  {
    name: 'Oldest waits',
    value: health.oldestWaitingSeconds === null ? '–' : span(health.oldestWaitingSeconds),
  },
  { name: 'In work', value: health.inWork === null ? '–' : count(health.inWork) },
  { name: 'Failed', value: failuresOf(health), isGrave: (health.errorRate ?? 0) > 0 },
  {
    name: 'Dead letters',
    value: health.deadLetters === null ? '–' : count(health.deadLetters),
    isGrave: (health.deadLetters ?? 0) > 0,
  },
];

/** A processor in need of somebody, first; then by name. */
export function byNeed(processors: readonly ProcessorRow[]): ProcessorRow[] {
  const rank = ({ status, health }: ProcessorRow): number => {
    if (status === 'RETIRED') return 4;
    if (health.status === 'DOWN') return 0;
    return health.status === 'DEGRADED' ? 1 : status === 'PAUSED' ? 2 : 3;
  };
  return processors.toSorted((one, other) => rank(one) - rank(other) || one.name.localeCompare(other.name));
}

/** All of them, in a sentence. */
export function summaryOf(processors: readonly ProcessorRow[]): string {
  const standing = processors.filter(({ status }) => status !== 'RETIRED');
  const named = (status: Health['status']) =>
    standing.filter(({ health }) => health.status === status).length;
  const [down, unwell] = [named('DOWN'), named('DEGRADED')];
  const paused = standing.filter(({ status }) => status === 'PAUSED').length;
  if (down + unwell + paused === 0) return `All processors work: ${standing.length}.`;
  const parts = [
    down > 0 && `${down} of ${standing.length} ${down === 1 ? 'is' : 'are'} down`,
    unwell > 0 && `${unwell} ${unwell === 1 ? 'is' : 'are'} not well`,
    paused > 0 && `${paused} ${paused === 1 ? 'is' : 'are'} paused`,
  ].filter(Boolean);
  return `${parts.join(', ')}. The rest works.`;
}

interface Backfill {
  readonly state: 'RUNNING' | 'COMPLETED';
  readonly scanned: number;
  readonly planned: number;
  readonly finishedRuns: number;
}

/** E.g. "Looked at 1,200 blobs; 30 of 45 runs done". */
export const backfillWords = ({ scanned, planned, finishedRuns }: Backfill): string =>
  `Looked at ${counted(scanned, 'blob')}; ${count(finishedRuns)} of ${count(planned)} runs done`;
