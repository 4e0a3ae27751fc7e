import type { Clock } from '../../time/clock.ts';
import { type Coalescing, coalesce } from '../coalescing.ts';
import { EpochGone, EventLogUnavailable, PositionGone } from '../errors.ts';
import {
  type LoggedMessage,
  type LogRange,
  messageSize,
  type OutgoingMessage,
  type Position,
  type PublishAck,
} from '../message.ts';
import { type RangeWanted, rangeOf } from '../reading.ts';
import type { EmbeddedRoom } from './room.ts';
import type { LogTables, NewMessage, StreamState } from './tables.ts';

export interface EmbeddedStreamDependencies {
  readonly tables: LogTables;
  /** As it was when the tables were opened. */
  readonly state: StreamState;
  readonly clock: Clock;
  /** How long a message id is remembered. */
  readonly dedupWindowMs: number;
  readonly room: EmbeddedRoom;
  /** Is told of messages once they are durable. */
  readonly onAppended: (appended: Appended) => void;
}

export interface Appended {
  /** Sequence of the newest message before them. */
  readonly previousHead: number;
  /** Of all that were to be published, duplicates included. */
  readonly subjects: readonly string[];
}

const MAX_BATCH = 500;
const READ_BATCH = 256;
/** Messages that one statement of a reader looks at, at most: twice as many each time while it finds none. */
const WIDEST_WINDOW = 4_096;

/** The messages of the embedded log: appending, retention and reading from a position. */
export class EmbeddedStream {
  readonly #tables: LogTables;
  readonly #clock: Clock;
  readonly #dedupWindowMs: number;
  readonly #room: EmbeddedRoom;
  readonly #epoch: string;
  readonly #onAppended: (appended: Appended) => void;
  readonly #appending: Coalescing<OutgoingMessage, PublishAck>;
  /** By message id: a second publishing of an id waits for the first. */
  readonly #inPublishing = new Map<string, Promise<PublishAck>>();
  /** Resolves readers that wait for a newer head. */
  readonly #waiting = new Set<() => void>();
  #head: number;
  #lastNumber: number;

  constructor({ tables, state, clock, dedupWindowMs, room, onAppended }: EmbeddedStreamDependencies) {
    this.#tables = tables;
    this.#clock = clock;
    this.#dedupWindowMs = dedupWindowMs;
    this.#room = room;
    this.#onAppended = onAppended;
    this.#epoch = state.epoch;
    this.#head = state.head;
    this.#lastNumber = state.head;
    this.#appending = coalesce((batch) => this.#append(batch), MAX_BATCH);
  }

  /** The sequence of the newest message. */
  get head(): number {
    return this.#head;
  }

  position(sequence: number): Position {
    return { epoch: this.#epoch, sequence };
  }

  /** @throws EventLogUnavailable when there is no room, or the store fails */
  async publish(message: OutgoingMessage): Promise<PublishAck> {
    const first = this.#inPublishing.get(message.id);
    if (first) return { ...(await first), duplicate: true };
    const ack = this.#appending.add(message).catch((error: unknown) => {
      if (error instanceof EventLogUnavailable) throw error;
      throw new EventLogUnavailable('The embedded event log could not be written', { cause: error });
    });
    this.#inPublishing.set(message.id, ack);
    try {
      return await ack;
    } finally {
      this.#inPublishing.delete(message.id);
    }
  }

  /** Messages after `start` until `ending` aborts. @throws EpochGone, PositionGone */
  async *read(
    pattern: string,
    start: Position,
    ending: AbortSignal,
  ): AsyncGenerator<LoggedMessage, void, undefined> {
    this.#assertReached(start);
    let { sequence } = start;
    let window = READ_BATCH;
    while (!ending.aborted) {
      const range = { after: sequence, through: Math.min(this.#head, sequence + window) };
      const messages =
        sequence < range.through ? await this.#tables.messagesIn(range, pattern, READ_BATCH) : [];
      this.#assertKept(sequence);
      for (const message of messages) {
        if (ending.aborted) return;
        yield message;
      }
      const last = messages.length < READ_BATCH ? range.through : messages.at(-1)?.position.sequence;
      sequence = Math.max(sequence, last ?? sequence);
      window = messages.length === 0 ? Math.min(window * 2, WIDEST_WINDOW) : READ_BATCH;
      if (sequence >= this.#head) await this.#newerThan(sequence, ending);
    }
  }

  /** @throws EpochGone, PositionGone; EventLogUnavailable when the store fails */
  async range({ subjects, after, through, ...limits }: RangeWanted): Promise<LogRange> {
    this.#assertReached(after);
    this.#assertReached(this.position(through));
    const messages = await this.#tables
      .messagesBetween({ after: after.sequence, through }, subjects, limits)
      .catch((error: unknown) => {
        throw new EventLogUnavailable('The embedded event log could not be read', { cause: error });
      });
    this.#assertKept(after.sequence);
    return rangeOf(messages, { through, ...limits });
  }

  /** Resolves when nothing is being published. */
  idle(): Promise<void> {
    return this.#appending.idle();
  }

  #assertReached({ epoch, sequence }: Position): void {
    if (epoch !== this.#epoch) throw new EpochGone(`The log of epoch ${epoch} is gone: query afresh`);
    if (sequence > this.#head)
      throw new PositionGone(`Position ${sequence} is ahead of the log: query afresh`);
  }

  #assertKept(after: number): void {
    if (after < this.#room.removedThrough)
      throw new PositionGone(`What follows position ${after} is no longer kept: query afresh`);
  }

  async #append(batch: readonly OutgoingMessage[]): Promise<PublishAck[]> {
    if (!(await this.#room.isThereFor(batch, this.#head))) return this.#appendInParts(batch);
    const now = this.#clock.now();
    // A number is never used again, even when the statement fails: it might have succeeded all the same.
    const numbered: NewMessage[] = batch.map((message) => ({ sequence: ++this.#lastNumber, message }));
    const since = new Date(now.getTime() - this.#dedupWindowMs);
    const earlier = await this.#tables.append(numbered, now, since);
    const added = numbered.filter(({ message }) => !earlier.has(message.id));
    const bytes = added.reduce((sum, { message }) => sum + messageSize(message), 0);
    this.#room.note({ messages: added.length, bytes });
    const acks = numbered.map(({ sequence, message }) => ({
      position: this.position(earlier.get(message.id) ?? sequence),
      duplicate: earlier.has(message.id),
    }));
    this.#advance(Math.max(...acks.map(({ position }) => position.sequence)), batch);
    return acks;
  }

  #advance(head: number, batch: readonly OutgoingMessage[]): void {
    if (head <= this.#head) return;
    const previousHead = this.#head;
    this.#head = head;
    for (const done of this.#waiting) done();
    this.#onAppended({ previousHead, subjects: batch.map(({ subject }) => subject) });
  }

  /** @throws EventLogUnavailable when there is no room even for one */
  async #appendInParts(batch: readonly OutgoingMessage[]): Promise<PublishAck[]> {
    if (batch.length === 1) {
      const { messages, bytes } = this.#room.fill;
      throw new EventLogUnavailable(`The event log is full (${messages} messages, ${bytes} bytes)`);
    }
    const half = Math.ceil(batch.length / 2);
    return [...(await this.#append(batch.slice(0, half))), ...(await this.#append(batch.slice(half)))];
  }

  /** Resolves when the head is past `sequence`, or `ending` aborts. */
  #newerThan(sequence: number, ending: AbortSignal): Promise<void> {
    if (this.#head > sequence || ending.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        ending.removeEventListener('abort', done);
        this.#waiting.delete(done);
        resolve();
      };
      this.#waiting.add(done);
      ending.addEventListener('abort', done, { once: true });
    });
  }
}
