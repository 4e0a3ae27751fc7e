import type { SqlDatabase } from '../../sql/database.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { Clock } from '../../time/clock.ts';
import type { Periodic } from '../../time/periodic.ts';
import { unlessAborted } from '../../time/unless-aborted.ts';
import type { ConsumeOptions, Consumption, Cut, MessageHandler } from '../consuming.ts';
import { EventLogUnavailable } from '../errors.ts';
import type { EventLog, Listening } from '../log.ts';
import type {
  LoggedMessage,
  LogRange,
  OutgoingMessage,
  Position,
  PublishAck,
  RangeOptions,
  ReadOptions,
} from '../message.ts';
import { assertDurableName, assertPublishable, messageSize, tooLarge } from '../message.ts';
import { cancellable, rangeWanted } from '../reading.ts';
import { addressed, replayOf } from '../replay.ts';
import { DEFAULT_DEDUP_WINDOW_MS, defaultRetention, type Retention } from '../retention.ts';
import { usageProblems } from '../room/decide.ts';
import { CutHearing } from '../room/hearing.ts';
import { watchUsage } from '../room/watch.ts';
import { subjectPattern } from '../subjects.ts';
import type { DeadLetter, DeadLetterPage, LogUsage } from '../usage.ts';
import { EmbeddedConsumption } from './consumption.ts';
import { EmbeddedLetters } from './dead-letters.ts';
import { DurableTables } from './durables.ts';
import { Queues } from './queues.ts';
import { EmbeddedRoom } from './room.ts';
import { type Appended, EmbeddedStream } from './stream.ts';
import { LogTables, type StreamState } from './tables.ts';

export interface EmbeddedEventLogOptions {
  /** The log's own: nothing else may write to it, nor another process open it. */
  readonly database: SqlDatabase;
  readonly clock: Clock;
  /** Default: nothing is logged. */
  readonly logger?: Logger;
  /** How long a message id is remembered. Default: two hours. */
  readonly dedupWindowMs?: number;
  /** Each member's default: that of {@link defaultRetention}. */
  readonly retention?: Partial<Retention>;
}

/**
 * The event log of an installation that is one process: JetStream's semantics over tables. What is new is told
 * within the process, so that timers only serve redelivery. What was in work when the process ended is delivered
 * again as soon as its consumer is back.
 */
export async function openEmbeddedEventLog(options: EmbeddedEventLogOptions): Promise<EventLog> {
  const { database, clock, logger } = options;
  const { tables, state } = await LogTables.open(database, clock.now());
  const { maxMessages, maxBytes } = { ...defaultRetention, ...options.retention };
  const room = { maxMessages, maxBytes: Math.ceil(maxBytes / 16) };
  const letters = await EmbeddedLetters.open({ database, logger, ...room });
  return new EmbeddedEventLog(options, { tables, state, letters });
}

interface Opened {
  readonly tables: LogTables;
  readonly state: StreamState;
  readonly letters: EmbeddedLetters;
}

type Listener = (subject: string, body: Uint8Array) => void;

class EmbeddedEventLog implements EventLog {
  readonly embedded = true;
  readonly #tables: LogTables;
  readonly #durables: DurableTables;
  readonly #letters: EmbeddedLetters;
  readonly #room: EmbeddedRoom;
  readonly #stream: EmbeddedStream;
  readonly #queues: Queues;
  readonly #clock: Clock;
  readonly #logger: Logger | undefined;
  readonly #retention: Retention;
  readonly #consumptions = new Set<EmbeddedConsumption>();
  readonly #listeners = new Set<{ readonly pattern: RegExp; readonly handler: Listener }>();
  readonly #closing = new AbortController();
  readonly #usageWatch: Periodic;

  constructor(options: EmbeddedEventLogOptions, { tables, state, letters }: Opened) {
    const { database, clock, logger, dedupWindowMs = DEFAULT_DEDUP_WINDOW_MS } = options;
    const retention = { ...defaultRetention, ...options.retention };
    const durables = new DurableTables(database, (sequence) => this.#stream.position(sequence));
    const head = () => this.#stream.head;
    const room = new EmbeddedRoom({
      ...{ tables: durables, letters, state, retention, clock, logger },
      onRemoved: ({ through }) => this.#queues.removed(through),
      onTidied: () => this.#lookForCuts(),
    });
    const onAppended = (appended: Appended) => this.#queues.appended(appended);
    this.#stream = new EmbeddedStream({ tables, state, clock, dedupWindowMs, room, onAppended });
    this.#queues = new Queues({ tables, durables, room, clock, head });
    this.#tables = tables;
    this.#durables = durables;
    this.#letters = letters;
    this.#room = room;
    this.#clock = clock;
    this.#logger = logger;
    this.#retention = retention;
    this.#usageWatch = watchUsage(() => this.problems(), logger);
    this.#usageWatch.start();
  }

  async publish(message: OutgoingMessage): Promise<PublishAck> {
    assertPublishable(message);
    const { maxMessageBytes } = this.#retention;
    if (messageSize(message) > maxMessageBytes) throw tooLarge(message, maxMessageBytes);
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
    const queue = await this.#queues.consume(options);
    this.#assertOpen();
    const [clock, logger, letters] = [this.#clock, this.#logger, this.#letters];
    const find = () => this.#durables.find(options.durable);
    const forget = (kept: { readonly cut: Cut }) => this.#durables.forget(kept);
    const hearing = new CutHearing({ options, logger, find, forget });
    const consumption = new EmbeddedConsumption({ queue, letters, hearing, clock, options, handler, logger });
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
    return this.#queues.waiting(durable);
  }

  async cutDurable(durable: string): Promise<boolean> {
    assertDurableName(durable);
    this.#assertOpen();
    const isCut = await this.#durables.cut(durable, this.#room.removedThrough, this.#clock.now());
    this.#lookForCuts();
    return isCut;
  }

  async removeDurable(durable: string): Promise<boolean> {
    assertDurableName(durable);
    this.#assertOpen();
    return this.#queues.remove(durable);
  }

  async usage(): Promise<LogUsage> {
    this.#assertOpen();
    const { fill: deadLetters, dropped: lettersDropped } = this.#letters;
    return { log: this.#room.fill, deadLetters, lettersDropped, durables: await this.#queues.usage() };
  }

  async deadLetters(page: DeadLetterPage = {}): Promise<readonly DeadLetter[]> {
    this.#assertOpen();
    return this.#letters.list(page);
  }

  async deadLetter(id: string): Promise<DeadLetter | null> {
    this.#assertOpen();
    return this.#letters.find(id);
  }

  async replayDeadLetter(id: string): Promise<boolean> {
    const letter = await this.deadLetter(id);
    if (!letter) return false;
    await this.#stream.publish(replayOf(letter));
    await this.#letters.remove(id);
    return true;
  }

  async dropDeadLetter(id: string): Promise<boolean> {
    this.#assertOpen();
    return this.#letters.remove(id);
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
    return usageProblems(await this.usage(), this.#retention);
  }

  async close(): Promise<void> {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort();
    this.#listeners.clear();
    await this.#usageWatch.stop();
    await Promise.all([...this.#consumptions].map((consumption) => consumption.stop(0)));
    await this.#stream.idle();
    await this.#room.idle();
    await this.#queues.close();
  }

  #assertOpen(): void {
    if (this.#closing.signal.aborted) throw new EventLogUnavailable('The event log is closed');
  }

  #lookForCuts(): void {
    for (const consumption of this.#consumptions) consumption.lookForCuts();
  }

  #hear(handler: Listener, subject: string, body: Uint8Array): void {
    try {
      handler(subject, body);
    } catch (error) {
      this.#logger?.warn({ err: error, subject }, 'Handling an announcement failed');
    }
  }
}
