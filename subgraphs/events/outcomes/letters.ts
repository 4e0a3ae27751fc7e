import type { EventLog } from '../../../platform/event-log/log.ts';
import type { Fill } from '../../../platform/event-log/usage.ts';
import { shareForASecond } from '../../../platform/serving/health.ts';
import type { Clock } from '../../../platform/time/clock.ts';

/** Dead letters by the consumer that gave them up, up to a second old. @throws EventLogUnavailable */
export type LetterCounts = () => Promise<ReadonlyMap<string, number>>;

/** Letters that are counted, the oldest first: so many are read at most, and only when there are others than before. */
const MOST_COUNTED = 10_000;
const PAGE = 500;
/** As many, and as many bytes, may be others: so often all are read in any case. */
const AGAIN_AFTER_MS = 30_000;

interface Counted {
  readonly fill: Fill;
  readonly at: number;
  readonly counts: ReadonlyMap<string, number>;
}

type Log = Pick<EventLog, 'usage' | 'deadLetters'>;

async function countAll(log: Log): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  let after = 0;
  for (let read = 0; read < MOST_COUNTED; read += PAGE) {
    const letters = await log.deadLetters({ limit: PAGE, after });
    for (const { durable } of letters) counts.set(durable, (counts.get(durable) ?? 0) + 1);
    const last = letters.at(-1);
    if (!last || letters.length < PAGE) break;
    after = last.place;
  }
  return counts;
}

const isSame = (one: Fill, other: Fill): boolean =>
  one.messages === other.messages && one.bytes === other.bytes;

/** Counts dead letters: the log knows how many there are, and whose they are is read from them. */
export function createLetterCounts(log: () => Promise<Log>, clock: Clock): LetterCounts {
  let counted: Counted | undefined;
  return shareForASecond(async () => {
    const opened = await log();
    const { deadLetters: fill } = await opened.usage();
    const at = clock.now().getTime();
    if (counted && isSame(counted.fill, fill) && at - counted.at < AGAIN_AFTER_MS) return counted.counts;
    const counts = fill.messages === 0 ? new Map<string, number>() : await countAll(opened);
    counted = { fill, at, counts };
    return counts;
  });
}
