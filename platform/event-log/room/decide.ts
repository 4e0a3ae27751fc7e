import type { Retention } from '../retention.ts';
import type { Fill, LogUsage } from '../usage.ts';

type Share = Pick<Retention, 'keptShare'>;

/** How full, from 0 to 1, by the limit that is nearer. */
export const fullness = ({ messages, maxMessages, bytes, maxBytes }: Fill): number =>
  Math.max(messages / maxMessages, bytes / maxBytes);

/** From here on the log makes room: a quarter of what is above the kept share. The rest is for what comes meanwhile. */
const shortFrom = ({ keptShare }: Share): number => keptShare + (1 - keptShare) / 4;

/** Publishings, as a share of the log, after which a process looks how full it is, without waiting for its turn. */
export const lookAfter = ({ keptShare }: Share): number => (1 - keptShare) / 16;

/**
 * The sequence up to which messages go for want of room, 0 where there is enough: what is left is the kept share. Where
 * bytes run short it goes by their average.
 */
export function roomLine(fill: Fill, head: number, share: Share): number {
  const full = fullness(fill);
  if (full < shortFrom(share)) return 0;
  const kept = Math.ceil(fill.messages * (share.keptShare / full));
  return Math.max(0, head - kept);
}

/** The share of the log that messages after `floor` take, by averages. */
export function lagOf(fill: Fill, head: number, floor: number): number {
  if (fill.messages === 0) return 0;
  return fullness(fill) * Math.min(1, Math.max(0, head - floor) / fill.messages);
}

/** Warn at this fill, well before the log is full or a durable is cut. */
const ALARM = 0.7;

const percent = (share: number): string => `${Math.floor(share * 100)} %`;

/** Problems of a log: that it fills up, and which durables lag. */
export function usageProblems({ log, deadLetters, durables }: LogUsage, { keptShare }: Share): string[] {
  // The log works between the two as a rule.
  const alarm = Math.max(ALARM, (shortFrom({ keptShare }) + 1) / 2);
  const full = fullness(log);
  const letters = fullness(deadLetters);
  return [
    ...(full >= alarm ? [`the log is ${percent(full)} full: it takes nothing more when it is full`] : []),
    ...(letters >= ALARM
      ? [`dead letters take ${percent(letters)} of their room: the oldest go when it is full`]
      : []),
    ...durables.flatMap(({ durable, lag, cut }) => {
      if (cut)
        return cut.cause === 'lagged'
          ? [`consumer ${durable} was cut at ${cut.at.toISOString()}: start it, or retire its processor`]
          : [];
      if (lag < ALARM * keptShare) return [];
      return [
        `consumer ${durable} lags by ${percent(lag)} of the log: it is cut when that exceeds ${percent(keptShare)} and room runs short`,
      ];
    }),
  ];
}
