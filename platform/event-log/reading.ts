import type { LoggedMessage, LogRange, RangeOptions } from './message.ts';
import { messageSize } from './message.ts';
import { isSubject } from './subjects.ts';

/** Few enough to hold for a slow client. */
const RANGE_LIMIT = 256;
const RANGE_BYTES = 256 * 1024;

/** {@link RangeOptions} with their defaults. */
export type RangeWanted = Omit<Required<RangeOptions>, 'signal'>;

/** @throws TypeError that names the malformed subject */
export function rangeWanted({ subjects, after, through, limit, maxBytes }: RangeOptions): RangeWanted {
  const malformed = subjects.find((subject) => !isSubject(subject));
  if (malformed !== undefined)
    throw new TypeError(`Subject ${JSON.stringify(malformed)}: use dot-separated tokens without wildcards`);
  return { subjects, after, through, limit: limit ?? RANGE_LIMIT, maxBytes: maxBytes ?? RANGE_BYTES };
}

/** The first messages of a range: all of it, unless a limit was reached. */
export function rangeOf(
  messages: readonly LoggedMessage[],
  { through, limit, maxBytes }: Pick<RangeWanted, 'through' | 'limit' | 'maxBytes'>,
): LogRange {
  const last = messages.at(-1);
  const bytes = messages.reduce((sum, message) => sum + messageSize(message), 0);
  const mayGoOn = messages.length >= limit || bytes >= maxBytes;
  return { messages, through: last && mayGoOn ? last.position.sequence : through };
}

/**
 * An iterator over what `start` generates that can be ended while it waits: `return()` and `outer` abort the
 * signal that `start` gets, upon which it has to come to an end.
 */
export function cancellable<T>(
  start: (signal: AbortSignal) => AsyncGenerator<T, void, undefined>,
  outer?: AbortSignal,
): AsyncIterableIterator<T, void, undefined> {
  const controller = new AbortController();
  const signal = outer ? AbortSignal.any([outer, controller.signal]) : controller.signal;
  const source = start(signal);
  return {
    next: () => source.next(),
    async return() {
      controller.abort();
      return source.return();
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
