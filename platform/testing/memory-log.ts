import { EpochGone, PositionGone } from '../event-log/errors.ts';
import type { EventLog } from '../event-log/log.ts';
import type { LoggedMessage, OutgoingMessage, Position, ReadOptions } from '../event-log/message.ts';
import { cancellable, rangeOf, rangeWanted } from '../event-log/reading.ts';
import { subjectPattern } from '../event-log/subjects.ts';

/** An event log in an array, for reading and publishing only, whose faults a test makes at will. */
export interface MemoryLog extends EventLog {
  /** Readers that are open. */
  readonly readers: number;
  /** Ends every open reader with an error. */
  breakReaders(error: Error): void;
  /** Forgets messages up to a sequence. */
  trim(through: number): void;
  /** The stream is lost and made anew, empty. */
  renew(): void;
}

const unsupported = (): never => {
  throw new Error('The memory log only publishes and reads');
};

export function memoryLog(): MemoryLog {
  let epoch = 1;
  let last = 0;
  let trimmed = 0;
  let readers = 0;
  let messages: LoggedMessage[] = [];
  const wakes = new Set<(error?: Error) => void>();
  const wake = (error?: Error) => {
    for (const each of [...wakes]) each(error);
  };
  const position = (sequence: number): Position => ({ epoch: String(epoch), sequence });

  function check({ epoch: asked, sequence }: Position): void {
    if (asked !== String(epoch)) throw new EpochGone();
    if (sequence < trimmed || sequence > last) throw new PositionGone();
  }

  async function* generate({ subjects, after }: ReadOptions, signal: AbortSignal) {
    const pattern = new RegExp(subjectPattern(subjects));
    let at = after ?? position(last);
    readers += 1;
    try {
      while (!signal.aborted) {
        check(at);
        const next = messages.find((message) => message.position.sequence > at.sequence);
        if (next) {
          at = next.position;
          if (pattern.test(next.subject)) yield next;
        } else await news(signal);
      }
    } finally {
      readers -= 1;
    }
  }

  async function news(signal: AbortSignal): Promise<void> {
    let settled: (error?: Error) => void = () => {};
    const aborted = () => settled();
    signal.addEventListener('abort', aborted);
    try {
      await new Promise<void>((resolve, reject) => {
        settled = (error) => (error ? reject(error) : resolve());
        wakes.add(settled);
      });
    } finally {
      wakes.delete(settled);
      signal.removeEventListener('abort', aborted);
    }
  }

  return {
    embedded: true,
    get readers() {
      return readers;
    },
    async publish(message: OutgoingMessage) {
      last += 1;
      messages.push({ ...message, position: position(last), publishedAt: new Date(0) });
      wake();
      return { position: position(last), duplicate: false };
    },
    read: (options) => cancellable((signal) => generate(options, signal), options.signal),
    async range(options) {
      options.signal?.throwIfAborted();
      check(options.after);
      check({ epoch: options.after.epoch, sequence: options.through });
      const { subjects, after, through, limit, maxBytes } = rangeWanted(options);
      const wanted = messages.filter(
        ({ subject, position: { sequence } }) =>
          sequence > after.sequence && sequence <= through && subjects.includes(subject),
      );
      return rangeOf(wanted.slice(0, limit), { through, limit, maxBytes });
    },
    head: async () => position(last),
    breakReaders: wake,
    trim(through) {
      trimmed = through;
      messages = messages.filter((message) => message.position.sequence > through);
    },
    renew() {
      epoch += 1;
      last = 0;
      trimmed = 0;
      messages = [];
      wake();
    },
    consume: unsupported,
    publishTo: unsupported,
    waiting: async () => 0,
    cutDurable: async () => false,
    removeDurable: async () => false,
    usage: unsupported,
    deadLetters: async () => [],
    deadLetter: async () => null,
    replayDeadLetter: async () => false,
    dropDeadLetter: async () => false,
    announce: unsupported,
    listen: unsupported,
    ping: async () => {},
    problems: async () => [],
    close: async () => {},
  };
}
