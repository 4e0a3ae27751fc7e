import { type JetStreamManager, jetstreamManager, type StoredMsg } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import type { Logger } from '../logger.ts';
import type { Repeating } from '../repeating.ts';
import { NatsAnnouncements } from './log.nats.announcements.ts';
import { openConnection } from './log.nats.connection.ts';
import { NatsConsumption } from './log.nats.consumption.ts';
import { isTooLarge, messageOf, retrying, unavailable, within } from './log.nats.errors.ts';
import { fromReceived, toHeaders } from './log.nats.messages.ts';
import { type NatsParts, natsParts } from './log.nats.parts.ts';
import { NatsPuller } from './log.nats.puller.ts';
import { readRange } from './log.nats.range.ts';
import { NatsReader } from './log.nats.reader.ts';
import { assertKept, epochOf } from './log.nats.streams.ts';
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
  type LogUsage,
  type MessageHandler,
  type OutgoingMessage,
  type Position,
  type PublishAck,
  type RangeOptions,
  type ReadOptions,
} from './log.ts';
import { assertDurableName, assertPublishable, messageSize, tooLarge } from './message.ts';
import { cancellable, rangeWanted, unlessAborted } from './reading.ts';
import { addressed, passedOn, replayed, replayOf } from './replay.ts';
import type { Retention } from './retention.ts';
import type { KeptCut } from './room/cuts.nats.ts';
import { lookAfter, usageProblems } from './room/decide.ts';
import { CutHearing } from './room/hearing.ts';
import { watchUsage } from './room/watch.ts';
import { subjectPattern } from './subjects.ts';

export interface NatsEventLogOptions {
  /** `host:port` or `nats://user:password@host:port`, `tls://…`; several of one cluster. */
  readonly servers: readonly string[];
  /** Letters, digits, `-`, `_`. Dead letters are kept in the stream `<streamName>_DLQ`. */
  readonly streamName: string;
  /** Filters of all that is published. What is announced must not match them. They must not overlap. */
  readonly subjects: readonly string[];
  /** Set before every subject, so that several installations share a server. */
  readonly subjectPrefix?: string;
  /** Of both streams: 3 on a cluster. Default: 1. */
  readonly replicas?: number;
  /** How long a message id is remembered. Default: two hours. */
  readonly dedupWindowMs?: number;
  readonly retention?: Partial<Retention>;
  /** How long publishing is tried; a leader's death takes up to 8 s. Default: 30,000. */
  readonly publishTimeoutMs?: number;
  readonly logger?: Logger;
}

const REQUEST_TIMEOUT_MS = 5_000;
/** Of one attempt: what is lost with a leader is never answered. */
const ATTEMPT_TIMEOUT_MS = 2_000;
/** A cluster that is being started has to elect its leaders first. */
const START_TIMEOUT_MS = 15_000;
const CLOSE_TIMEOUT_MS = 1_000;

/**
 * The event log on NATS JetStream (server 2.11 or newer). A published message survives the server's death only when
 * the server runs with `sync_interval: always`, or the stream has 3 replicas. A server without replicas that dies
 * delivers again what consumers acknowledged in its last moments, counting from the first delivery.
 * @throws EventLogUnavailable when no server answers, or it refuses the streams
 */
export async function openNatsEventLog(options: NatsEventLogOptions): Promise<EventLog> {
  const connection = await openConnection(options.servers);
  try {
    const manager = await retrying(
      () => jetstreamManager(connection, { timeout: ATTEMPT_TIMEOUT_MS }),
      START_TIMEOUT_MS,
    );
    const log = new NatsEventLog(options, connection, manager);
    await retrying(() => log.start(), START_TIMEOUT_MS);
    return log;
  } catch (error) {
    await connection.close();
    throw new EventLogUnavailable(`The stream ${options.streamName} cannot be used: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

class NatsEventLog implements EventLog {
  readonly embedded = false;
  readonly #connection: NatsConnection;
  readonly #manager: JetStreamManager;
  readonly #logger: Logger | undefined;
  readonly #parts: NatsParts;
  readonly #announcements: NatsAnnouncements;
  readonly #consumptions = new Map<NatsConsumption, CutHearing<KeptCut>>();
  readonly #closing = new AbortController();
  readonly #usageWatch: Repeating;
  /** What this process published since it looked how full the log is, as a share of the log. */
  #published = 0;

  constructor(options: NatsEventLogOptions, connection: NatsConnection, manager: JetStreamManager) {
    const { logger } = options;
    this.#connection = connection;
    this.#manager = manager;
    this.#logger = logger;
    this.#parts = natsParts(options, connection, manager, () => {
      for (const hearing of this.#consumptions.values()) hearing.look();
    });
    this.#announcements = new NatsAnnouncements({ connection, subjects: this.#parts.subjects, logger });
    this.#usageWatch = watchUsage(() => this.#usageProblems(), logger);
    void this.#watch();
  }

  /** Makes the streams where they are missing. */
  async start(): Promise<void> {
    await this.#parts.keeper.start();
    this.#usageWatch.start();
  }

  async publish(message: OutgoingMessage): Promise<PublishAck> {
    assertPublishable(message);
    const { maxMessageBytes } = this.#parts.stream.retention;
    if (messageSize(message) > maxMessageBytes) throw tooLarge(message, maxMessageBytes);
    return this.#append(message);
  }

  async publishTo(durable: string, message: OutgoingMessage): Promise<PublishAck> {
    assertDurableName(durable);
    return this.publish(addressed(durable, message));
  }

  async #append(message: OutgoingMessage): Promise<PublishAck> {
    this.#assertOpen();
    const { id, body } = message;
    const { publish, subjects, stream } = this.#parts;
    const headers = toHeaders(message);
    const subject = subjects.outer(message.subject);
    try {
      const { seq, duplicate } = await publish({ stream: stream.name, subject, id, body, headers });
      this.#notePublished(messageSize(message));
      return { position: this.#position(seq), duplicate };
    } catch (error) {
      if (isTooLarge(error)) throw tooLarge(message, stream.retention.maxMessageBytes);
      throw unavailable(`Message ${id} was not acknowledged`, error);
    }
  }

  /** Whoever publishes much looks how full the log is before it is full. */
  #notePublished(bytes: number): void {
    const { retention } = this.#parts.stream;
    this.#published += Math.max(1 / retention.maxMessages, bytes / retention.maxBytes);
    if (this.#published < lookAfter(retention)) return;
    this.#published = 0;
    void this.#parts.keeper.makeRoom();
  }

  async consume(options: ConsumeOptions, handler: MessageHandler): Promise<Consumption> {
    assertDurableName(options.durable);
    subjectPattern(options.subjects);
    this.#assertOpen();
    const { client, stream, keeper, deadLetters, cuts, subjects } = this.#parts;
    const { durable } = options;
    const request = `${client.apiPrefix}.CONSUMER.MSG.NEXT.${stream.name}.${durable}`;
    const logger = this.#logger;
    const consumption = await NatsConsumption.start({
      options,
      handler,
      logger,
      ensure: () => keeper.ensureConsumer(options),
      puller: () => new NatsPuller(this.#connection, request),
      decode: ({ message, sequence, publishedAt }) =>
        replayed(fromReceived(message, this.#position(sequence), publishedAt, subjects)),
      passOn: async (message) => {
        await this.#append(passedOn(durable, message));
      },
      bury: (letter) => deadLetters.add({ ...letter, setAsideAt: new Date() }),
    }).catch((error: unknown) => {
      throw unavailable(`The consumer ${durable} cannot be used`, error);
    });
    const hearing = new CutHearing<KeptCut>({
      options,
      logger,
      find: () => cuts.find(durable),
      forget: (kept) => cuts.remove(kept),
    });
    this.#consumptions.set(consumption, hearing);
    hearing.look();
    return {
      stop: async (graceMs) => {
        hearing.stop();
        await consumption.stop(graceMs);
        this.#consumptions.delete(consumption);
      },
    };
  }

  read({ subjects, after, signal }: ReadOptions): AsyncIterableIterator<LoggedMessage> {
    this.#assertOpen();
    subjectPattern(subjects);
    const start = after ? Promise.resolve(after) : this.head();
    // Read from later, if at all.
    start.catch(() => undefined);
    const reader = new NatsReader({
      client: this.#parts.client,
      manager: this.#manager,
      stream: this.#parts.stream.name,
      subjects: this.#parts.subjects,
      logger: this.#logger,
    });
    const ending = signal ? AbortSignal.any([signal, this.#closing.signal]) : this.#closing.signal;
    return cancellable((cancelled) => reader.read(subjects, start, cancelled), ending);
  }

  async range({ signal, ...options }: RangeOptions): Promise<LogRange> {
    const wanted = rangeWanted(options);
    const { subjects } = this.#parts;
    const { name } = this.#parts.stream;
    const { epoch, sequence } = options.after;
    const filters = wanted.subjects.map(subjects.outer);
    const read = async () => {
      const range = await this.#request((manager) => readRange(manager, name, { ...wanted, filters }));
      // After the reading: what follows the position cannot have gone before it.
      const info = await this.#request((manager) => manager.streams.info(name));
      for (const each of [sequence, options.through]) assertKept(info, { epoch, sequence: each });
      return range;
    };
    const { messages, through } = await unlessAborted(read, signal);
    const decode = ({ seq, subject, header, data, time }: StoredMsg) =>
      fromReceived({ subject, headers: header, data }, { epoch, sequence: seq }, time, subjects);
    return { messages: messages.map(decode), through };
  }

  async head(): Promise<Position> {
    const info = await this.#request((manager) => manager.streams.info(this.#parts.stream.name));
    return { epoch: epochOf(info), sequence: info.state.last_seq };
  }

  async waiting(durable: string): Promise<number> {
    assertDurableName(durable);
    return this.#request(() => this.#parts.keeper.waiting(durable));
  }

  async cutDurable(durable: string): Promise<boolean> {
    assertDurableName(durable);
    return this.#request(() => this.#parts.room.cut(durable));
  }

  async removeDurable(durable: string): Promise<boolean> {
    assertDurableName(durable);
    return this.#request(() => this.#parts.keeper.removeConsumer(durable));
  }

  async usage(): Promise<LogUsage> {
    return this.#request(() => this.#parts.room.usage(this.#parts.deadLetters.dropped));
  }

  async deadLetters(page: DeadLetterPage = {}): Promise<readonly DeadLetter[]> {
    return this.#request(() => this.#parts.deadLetters.list(page));
  }

  async deadLetter(id: string): Promise<DeadLetter | null> {
    return this.#request(() => this.#parts.deadLetters.find(id));
  }

  async replayDeadLetter(id: string): Promise<boolean> {
    const letter = await this.deadLetter(id);
    if (!letter) return false;
    await this.#append(replayOf(letter));
    await this.#request(() => this.#parts.deadLetters.remove(letter));
    return true;
  }

  async dropDeadLetter(id: string): Promise<boolean> {
    const letter = await this.deadLetter(id);
    return letter !== null && this.#request(() => this.#parts.deadLetters.remove(letter));
  }

  announce(subject: string, body: Uint8Array): void {
    this.#announcements.announce(subject, body);
  }

  async listen(
    subjects: readonly string[],
    handler: (subject: string, body: Uint8Array) => void,
  ): Promise<Listening> {
    subjectPattern(subjects);
    this.#assertOpen();
    return this.#announcements.listen(subjects, handler);
  }

  async ping(): Promise<void> {
    await this.head();
  }

  async problems(): Promise<readonly string[]> {
    const consumers = [...this.#consumptions.keys()].map(({ options }) => options);
    const problems = await this.#request(() => this.#parts.keeper.problems(consumers));
    // Of a stream that is missing, nothing can be said.
    if (problems.length > 0) return problems;
    return this.#usageProblems();
  }

  async close(): Promise<void> {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort();
    this.#parts.keeper.close();
    void this.#usageWatch.stop();
    for (const hearing of this.#consumptions.values()) hearing.stop();
    await Promise.all([...this.#consumptions.keys()].map((consumption) => consumption.stop(0)));
    // What was handed back has to leave, if the server is still there.
    await within(this.#connection.drain(), CLOSE_TIMEOUT_MS);
    await this.#connection.close();
  }

  async #usageProblems(): Promise<readonly string[]> {
    return usageProblems(await this.usage(), this.#parts.stream.retention);
  }

  #position(sequence: number): Position {
    return { epoch: this.#parts.keeper.epoch, sequence };
  }

  #assertOpen(): void {
    if (this.#closing.signal.aborted) throw new EventLogUnavailable('The event log is closed');
  }

  async #request<T>(request: (manager: JetStreamManager) => Promise<T>): Promise<T> {
    this.#assertOpen();
    try {
      return await retrying(() => request(this.#manager), REQUEST_TIMEOUT_MS);
    } catch (error) {
      throw unavailable('The event log does not answer', error);
    }
  }

  /** A server that comes back may have lost its streams, or have others. */
  async #watch(): Promise<void> {
    for await (const { type } of this.#connection.status()) {
      if (type !== 'reconnect') continue;
      for (const consumption of this.#consumptions.keys()) consumption.reconnected();
      this.#parts.keeper.ensure().catch((error: unknown) => {
        this.#logger?.warn({ err: error }, 'The streams could not be looked at after a reconnection');
      });
    }
  }
}
