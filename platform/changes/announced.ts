import { BlobgraphError } from '../errors/errors.ts';
import type { EventLog, Listening } from '../event-log/log.ts';
import { announcedNames, subjectsOfUser } from '../events/named.ts';
import { fromWritten } from '../events/written.ts';
import type { Announcement } from './change.ts';
import { joined, sizeOf } from './written-text.ts';

/** UTF-16 units that wait for one subscriber. */
const WAITING = 256 * 1024;

const slow = () =>
  new BlobgraphError(
    'SLOW_CONSUMER',
    'The subscriber reads too slowly and was cut off. Subscribe again; what was written is in the result.',
  );

type Hear = (announcement: Announcement) => void;

/** The announcements that wait for one subscriber: text that goes on from the last one is joined with it. */
class Waiting {
  #items: Announcement[] = [];
  #size = 0;
  #isFull = false;
  #wake = () => {};

  readonly hear: Hear = (announcement) => {
    if (this.#isFull) return;
    const last = this.#items.at(-1);
    const both = last && joined(last, announcement);
    if (both) this.#items.pop();
    this.#items.push(both ?? announcement);
    this.#size += sizeOf(both ?? announcement) - (both ? sizeOf(last) : 0);
    this.#isFull = this.#size > WAITING;
    if (this.#isFull) this.#items = [];
    this.wake();
  };

  wake(): void {
    this.#wake();
  }

  /** @throws BlobgraphError SLOW_CONSUMER when more waited than is kept */
  take(): Announcement | undefined {
    if (this.#isFull) throw slow();
    const first = this.#items.shift();
    if (first) this.#size -= sizeOf(first);
    return first;
  }

  /** Resolves at the next wake. */
  async more(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
  }
}

/** The subscribers of one user's announcements. */
interface Audience {
  readonly hearers: Set<Hear>;
  readonly listening: Promise<Listening>;
}

/** Users' announcements, for any number of subscribers of one process: one listener a user at the log. */
export class Announcements {
  readonly #log: Pick<EventLog, 'listen'>;
  readonly #audiences = new Map<string, Audience>();

  constructor(log: Pick<EventLog, 'listen'>) {
    this.#log = log;
  }

  /** A user's announcements until `signal` aborts. `ready` is called once they are listened to. */
  async *hear(userId: string, signal: AbortSignal, ready: () => void): AsyncGenerator<Announcement, void> {
    const waiting = new Waiting();
    const { audience, leave } = this.#join(userId, waiting.hear);
    const wake = () => waiting.wake();
    signal.addEventListener('abort', wake);
    try {
      await audience.listening;
      ready();
      while (!signal.aborted) {
        const announcement = waiting.take();
        if (announcement) yield announcement;
        else await waiting.more();
      }
    } finally {
      signal.removeEventListener('abort', wake);
      leave();
    }
  }

  #join(userId: string, hear: Hear) {
    const audience = this.#audiences.get(userId) ?? this.#open(userId);
    audience.hearers.add(hear);
    const leave = () => {
      audience.hearers.delete(hear);
      if (audience.hearers.size > 0) return;
      if (this.#audiences.get(userId) === audience) this.#audiences.delete(userId);
      audience.listening.then((listening) => listening.stop()).catch(() => undefined);
    };
    return { audience, leave };
  }

  #open(userId: string): Audience {
    const hearers = new Set<Hear>();
    const subjects = subjectsOfUser(announcedNames, userId);
    const listening = this.#log.listen(subjects, (subject, body) => {
      const event = announcedNames.find((name) => subject.startsWith(`${name}.`));
      const written = fromWritten(body);
      if (!event || !written) return;
      for (const hear of hearers) hear({ event, occurredAt: written.time, members: written.members });
    });
    const audience = { hearers, listening };
    this.#audiences.set(userId, audience);
    return audience;
  }
}
