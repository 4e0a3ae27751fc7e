import type { EventLog } from '../../../platform/event-log/log.ts';
import type { Fill } from '../../../platform/event-log/usage.ts';
import { shareForASecond } from '../../../platform/serving/health.ts';
import type { Clock } from '../../../platform/time/clock.ts';

/** Dead letters by the consumer that gave them up, up to a second old. @throws EventLogUnavailable */
export type LetterCounts = () => Promise<ReadonlyMap<string, number>>;

/** Letters that are counted, the oldest first. */
const MOST_COUNTED = 10_000;
const PAGE = 500;
/** Some may be gone for which as many others have come: so often all are read in any case. */
const AGAIN_AFTER_MS = 30_000;

interface Count {
  readonly counts: ReadonlyMap<string, number>;
  readonly letters: number;
  /** The place of the last of them. */
  readonly last: number;
}

interface Counted extends Count {
  readonly fill: Fill;
  /** When all of them were read. */
  readonly at: number;
}

type Log = Pick<EventLog, 'usage' | 'deadLetters'>;

const NONE: Count = { counts: new Map(), letters: 0, last: 0 };

/** Counts those behind the ones that are counted. */
async function countOn(log: Log, before: Count): Promise<Count> {
  const counts = new Map(before.counts);
  let { letters, last } = before;
  while (letters < MOST_COUNTED) {
    const limit = Math.min(PAGE, MOST_COUNTED - letters);
    const page = await log.deadLetters({ limit, after: last });
    for (const { durable } of page) counts.set(durable, (counts.get(durable) ?? 0) + 1);
    letters += page.length;
    last = page.at(-1)?.place ?? last;
    if (page.length < limit) break;
  }
  return { counts, letters, last };
}

const isSame = (one: Fill, other: Fill): boolean =>
  one.messages === other.messages && one.bytes === other.bytes;

/** Whether they are all that there are: none of them is gone, and none has come. */
const areAll = ({ letters }: Count, { messages }: Fill): boolean =>
  letters === Math.min(messages, MOST_COUNTED);

/**
 * Counts dead letters: the log knows how many there are, and whose they are is read from them. Of a pile that grows only
 * the new ones are read.
 */
export function createLetterCounts(log: () => Promise<Log>, clock: Clock): LetterCounts {
  let counted: Counted | undefined;
  return shareForASecond(async () => {
    const opened = await log();
    const { deadLetters: fill } = await opened.usage();
    const now = clock.now().getTime();
    const known = counted && now - counted.at < AGAIN_AFTER_MS ? counted : undefined;
    if (known && isSame(known.fill, fill)) return known.counts;
    const grown = known && fill.messages > known.fill.messages ? await countOn(opened, known) : NONE;
    const isGrown = areAll(grown, fill);
    const count = isGrown ? grown : await countOn(opened, NONE);
    counted = { ...count, fill, at: isGrown ? (known?.at ?? now) : now };
    return count.counts;
  });
}
