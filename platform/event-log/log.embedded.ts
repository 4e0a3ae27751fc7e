import type { Clock } from '../clock.ts';
import type { Logger } from '../logger.ts';
import type { SqlDatabase } from '../sql/database.ts';
import { EmbeddedConsumption } from './log.embedded.consumption.ts';
import { DurableQueue, takenBy } from './log.embedded.queue.ts';
import { type Appended, EmbeddedStream } from './log.embedded.stream.ts';
import { LogTables, type StreamState } from './log.embedded.tables.ts';
import {
  type ConsumeOptions,
  type Consumption,
  type DeadLetter,
  type DeadLetterPage,
  type EventLog,
  EventLogUnavailable,
  type Listening,
  type LoggedMessage,
  type LogRange,
  type MessageHandler,
  type OutgoingMessage,
  type Position,
  type PublishAck,
  type RangeOptions,
  type ReadOptions,
} from './log.ts';
import { assertDurableName, assertPublishable, messageSize, tooLarge } from './message.ts';
import { cancellable, rangeWanted, unlessAborted } from './reading.ts';
import { addressed, replayOf } from './replay.ts';
import { DEFAULT_DEDUP_WINDOW_MS, defaultRetention, type Retention } from './retention.ts';
import { subjectPattern } from './subjects.ts';

export interface EmbeddedEventLogOptions {
  /** The log's own: nothing else may write to it, nor another process open it. */
  readonly database: SqlDatabase;
  readonly clock: Clock;
  readonly logger?: Logger;
  /** How long a message id is remembered. Default: two hours. */
  readonly dedupWindowMs?: number;
  readonly retention?: Partial<Retention>;
}

/**
 * The event log of an installation that is one process: JetStream's semantics over tables. What is new is told
 * within the process, so that timers only serve redelivery. What was in work when the process ended is delivered
 * again as soon as its consumer is back.
 */
export async function openEmbeddedEventLog(options: EmbeddedEventLogOptions): Promise<EventLog> {
  const { tables, state } = await LogTables.open(options.database, options.clock.now());
  return new EmbeddedEventLog(options, tables, state);
}

type Listener = (subject: string, body: Uint8Array) => void;

class EmbeddedEventLog implements EventLog {
  readonly embedded = true;
  readonly #tables: LogTables;
  readonly #stream: EmbeddedStream;
  readonly #clock: Clock;
  readonly #logger: Logger | undefined;
  readonly #maxMessageBytes: number;
  readonly #opening = new Map<string, Promise<DurableQueue>>();
  readonly #queues = new Set<DurableQueue>();
  readonly #consumptions = new Set<EmbeddedConsumption>();
  readonly #listeners = new Set<{ readonly pattern: RegExp; readonly handler: Listener }>();
  readonly #closing = new AbortController();

  constructor(options: EmbeddedEventLogOptions, tables: LogTables, state: StreamState) {
    const { clock, logger, dedupWindowMs = DEFAULT_DEDUP_WINDOW_MS } = options;
    const retention = { ...defaultRetention, ...options.retention };
    const onAppended = (appended: Appended) => {
      for (const queue of this.#queues) queue.appended(appended);
    };
    this.#tables = tables;
    this.#stream = new EmbeddedStream({ tables, state, clock, dedupWindowMs, retention, onAppended });
    this.#clock = clock;
    this.#logger = logger;
    this.#maxMessageBytes = retention.maxMessageBytes;
  }

  async publish(message: OutgoingMessage): Promise<PublishAck> {
    assertPublishable(message);
    if (messageSize(message) > this.#maxMessageBytes) throw tooLarge(message, this.#maxMessageBytes);
    this.#assertOpen();
    return this.#stream.publish(message);
  }

  async publishTo(durable: string, message: OutgoingMessage): Promise<PublishAck> {
    assertDurableName(durable);
    return this.publish(addressed(durable, message));
  }

  async consume(options: ConsumeOptions, handler: MessageHandler): Promise<Consumption> {
    assertDurableName(options.durable);
    subjectPattern(options.subjects);
    this.#assertOpen();
    const queue = await this.#queue(options.durable);
    await queue.widen(options.subjects);
    this.#assertOpen();
    const consumption = new EmbeddedConsumption({ queue, options, handler, logger: this.#logger });
    this.#consumptions.add(consumption);
    return {
      stop: async (graceMs) => {
        await consumption.stop(graceMs);
        this.#consumptions.delete(consumption);
      },
    };
  }

  read({ subjects, after, signal }: ReadOptions): AsyncIterableIterator<LoggedMessage> {
    this.#assertOpen();
    const pattern = subjectPattern(subjects);
    const start = after ?? this.#stream.position(this.#stream.head);
    const ending = signal ? AbortSignal.any([signal, this.#closing.signal]) : this.#closing.signal;
    return cancellable((cancelled) => this.#stream.read(pattern, start, cancelled), ending);
  }

  async range(options: RangeOptions): Promise<LogRange> {
    const wanted = rangeWanted(options);
    this.#assertOpen();
    return unlessAborted(() => this.#stream.range(wanted), options.signal);
  }

  async head(): Promise<Position> {
    this.#assertOpen();
    return this.#stream.position(this.#stream.head);
  }

  async waiting(durable: string): Promise<number> {
    this.#assertOpen();
    const subjects = await this.#tables.subjectsOf(durable);
    return subjects ? this.#tables.waiting(durable, takenBy(durable, subjects)) : 0;
  }

  async deadLetters(page: DeadLetterPage = {}): Promise<readonly DeadLetter[]> {
    this.#assertOpen();
    return this.#tables.deadLetters(page);
  }

  async deadLetter(id: string): Promise<DeadLetter | null> {
    this.#assertOpen();
    return this.#tables.deadLetter(id);
  }

  async replayDeadLetter(id: string): Promise<boolean> {
    const letter = await this.deadLetter(id);
    if (!letter) return false;
    await this.#stream.publish(replayOf(letter));
    await this.#tables.removeDeadLetter(id);
    return true;
  }

  async dropDeadLetter(id: string): Promise<boolean> {
    this.#assertOpen();
    return this.#tables.removeDeadLetter(id);
  }

  announce(subject: string, body: Uint8Array): void {
    for (const listener of this.#listeners) {
      if (!listener.pattern.test(subject)) continue;
      setImmediate(() => {
        if (this.#listeners.has(listener)) this.#hear(listener.handler, subject, body);
      });
    }
  }

  async listen(subjects: readonly string[], handler: Listener): Promise<Listening> {
    this.#assertOpen();
    const listener = { pattern: new RegExp(subjectPattern(subjects)), handler };
    this.#listeners.add(listener);
    return {
      stop: async () => {
        this.#listeners.delete(listener);
      },
    };
  }

  async ping(): Promise<void> {
    this.#assertOpen();
    await this.#tables.ping();
  }

  async problems(): Promise<readonly string[]> {
    await this.ping();
    return [];
  }

  async close(): Promise<void> {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort();
    this.#listeners.clear();
    await Promise.all([...this.#consumptions].map((consumption) => consumption.stop(0)));
    await this.#stream.idle();
    await Promise.all([...this.#queues].map((queue) => queue.close()));
  }

  #assertOpen(): void {
    if (this.#closing.signal.aborted) throw new EventLogUnavailable('The event log is closed');
  }

  #queue(durable: string): Promise<DurableQueue> {
    const known = this.#opening.get(durable);
    if (known) return known;
    const opening = this.#openQueue(durable).catch((error: unknown) => {
      this.#opening.delete(durable);
      throw error;
    });
    this.#opening.set(durable, opening);
    return opening;
  }

  async #openQueue(durable: string): Promise<DurableQueue> {
    const queue = await DurableQueue.open(
      { durable, tables: this.#tables, clock: this.#clock, head: () => this.#stream.head },
      this.#stream.removedThrough,
    );
    this.#queues.add(queue);
    return queue;
  }

  #hear(handler: Listener, subject: string, body: Uint8Array): void {
    try {
      handler(subject, body);
    } catch (error) {
      this.#logger?.warn({ err: error, subject }, 'An announcement could not be handled');
    }
  }
}
