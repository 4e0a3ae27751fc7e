import { Ending, OVER, type Polled } from '../concurrency/polled.ts';
import { BlobgraphError } from '../errors/errors.ts';
import type { EventLog, Listening } from '../event-log/log.ts';
import { announcedNames, subjectsOfUser } from '../events/named.ts';
import { fromWritten } from '../events/written.ts';
import type { Announcement, WantedChanges } from './change.ts';
import { type ChangeSubscription, refuse } from './follower.ts';
import { joined, sizeOf } from './written-text.ts';

export interface AnnouncementSubscription extends Pick<ChangeSubscription, 'viewer' | 'signal'> {
  /** Called once they are listened to. */
  readonly joined?: (() => void) | undefined;
  readonly wanted: WantedChanges;
}

/** UTF-16 units that wait for one subscriber. */
const WAITING = 256 * 1024;

const slow = () =>
  new BlobgraphError(
    'SLOW_CONSUMER',
    'The subscriber reads too slowly and was cut off. Subscribe again; what was written is in the result.',
  );

/** One subscriber, with what waits for it: text that goes on from the last one is joined with it. */
class Hearer extends Ending<Announcement> {
  readonly #subscription: AnnouncementSubscription;
  readonly #announcements: Announcements;
  /** Leaves its audience. */
  #part: (() => void) | undefined;
  #items: Announcement[] = [];
  #size = 0;
  #isFull = false;

  constructor(subscription: AnnouncementSubscription, announcements: Announcements) {
    super(subscription.signal);
    this.#subscription = subscription;
    this.#announcements = announcements;
  }

  async poll(): Promise<IteratorResult<Announcement, void> | undefined> {
    try {
      if (!this.#part && !this.isOver) await this.#join();
      const value = this.isOver ? undefined : this.#take();
      if (value) return { done: false, value };
    } catch (error) {
      this.end();
      throw error;
    }
    return this.isOver ? OVER : undefined;
  }

  hear(announcement: Announcement): void {
    const { wanted } = this.#subscription;
    if (this.#isFull || !wanted.events.includes(announcement.event) || !wanted.passes(announcement)) return;
    const last = this.#items.at(-1);
    const both = last && joined(last, announcement);
    if (both) this.#items.pop();
    this.#items.push(both ?? announcement);
    this.#size += sizeOf(both ?? announcement) - (both ? sizeOf(last) : 0);
    this.#isFull = this.#size > WAITING;
    if (this.#isFull) this.#items = [];
    this.stir();
  }

  protected leave(): void {
    this.#part?.();
  }

  async #join(): Promise<void> {
    const { viewer, joined } = this.#subscription;
    const { audience, leave } = this.#announcements.join(viewer.userId, this);
    this.#part = leave;
    await audience.listening.catch(refuse);
    if (!this.isOver) joined?.();
  }

  /** @throws BlobgraphError SLOW_CONSUMER when more waited than is kept */
  #take(): Announcement | undefined {
    if (this.#isFull) throw slow();
    const first = this.#items.shift();
    if (first) this.#size -= sizeOf(first);
    return first;
  }
}

/** The subscribers of one user's announcements. */
interface Audience {
  readonly hearers: Set<Hearer>;
  readonly listening: Promise<Listening>;
}

/** Users' announcements, for any number of subscribers of one process: one listener a user at the log. */
export class Announcements {
  readonly #log: Pick<EventLog, 'listen'>;
  readonly #audiences = new Map<string, Audience>();
  #isClosed = false;

  constructor(log: Pick<EventLog, 'listen'>) {
    this.#log = log;
  }

  /** Announcements to the viewer from the first `poll` or `next` on. */
  hear(subscription: AnnouncementSubscription): Polled<Announcement> {
    return new Hearer(subscription, this);
  }

  /** Ends all of them, and those to come. */
  close(): void {
    this.#isClosed = true;
    for (const { hearers } of [...this.#audiences.values()]) for (const hearer of [...hearers]) hearer.end();
  }

  join(userId: string, hearer: Hearer) {
    const audience = this.#audiences.get(userId) ?? this.#open(userId);
    audience.hearers.add(hearer);
    const leave = () => {
      if (!audience.hearers.delete(hearer) || audience.hearers.size > 0) return;
      if (this.#audiences.get(userId) === audience) this.#audiences.delete(userId);
      audience.listening.then((listening) => listening.stop()).catch(() => undefined);
    };
    if (this.#isClosed) queueMicrotask(() => hearer.end());
    return { audience, leave };
  }

  #open(userId: string): Audience {
    const hearers = new Set<Hearer>();
    const subjects = subjectsOfUser(announcedNames, userId);
    const listening = this.#log.listen(subjects, (subject, body) => {
      const event = announcedNames.find((name) => subject.startsWith(`${name}.`));
      const written = fromWritten(body);
      if (!event || !written) return;
      for (const hearer of hearers)
        hearer.hear({ event, occurredAt: written.time, members: written.members });
    });
    const audience = { hearers, listening };
    this.#audiences.set(userId, audience);
    return audience;
  }
}
