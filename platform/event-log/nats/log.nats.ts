import { type JetStreamManager, jetstreamManager, type StoredMsg } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import type { Logger } from '../../telemetry/logger.ts';
import type { Periodic } from '../../time/periodic.ts';
import { unlessAborted } from '../../time/unless-aborted.ts';
import type { ConsumeOptions, Consumption, MessageHandler } from '../consuming.ts';
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
import { usageProblems } from '../room/decide.ts';
import type { CutHearing } from '../room/hearing.ts';
import { Published } from '../room/published.ts';
import { watchUsage } from '../room/watch.ts';
import { subjectPattern } from '../subjects.ts';
import type { DeadLetter, DeadLetterPage, LogUsage } from '../usage.ts';
import { NatsAnnouncements } from './announcements.ts';
import { startConsuming } from './consuming.ts';
import type { NatsConsumption } from './consumption.ts';
import { openConnection } from './jetstream/connection.ts';
import { isTooLarge, messageOf, retryFor, unavailable, within } from './jetstream/errors.ts';
import { fromReceived, toHeaders } from './jetstream/messages.ts';
import { assertKept, epochOf } from './jetstream/streams.ts';
import type { NatsEventLogOptions } from './options.ts';
import { type NatsParts, natsParts } from './parts.ts';
import { readRange } from './range.ts';
import { NatsReader } from './reader.ts';
import type { KeptCut } from './room/cuts.ts';

const REQUEST_TIMEOUT_MS = 5_000;
/** Limit of one attempt: a request that is lost with a leader is never answered. */
const ATTEMPT_TIMEOUT_MS = 2_000;
const CLOSE_TIMEOUT_MS = 1_000;
/** A cluster that is being started has to elect its leaders first. */
const START_TIMEOUT_MS = 15_000;

/**
 * The event log on NATS JetStream (server 2.11 or newer). A published message survives the server's death only when
 * the server runs with `sync_interval: always`, or the stream has 3 replicas. A server without replicas that dies
 * delivers again what consumers acknowledged in its last moments, counting from the first delivery.
 * @throws EventLogUnavailable when no server answers, or it refuses the streams
 */
export async function openNatsEventLog(options: NatsEventLogOptions): Promise<EventLog> {
  const connection = await openConnection(options.servers);
  try {
    const manager = await retryFor(
      () => jetstreamManager(connection, { timeout: ATTEMPT_TIMEOUT_MS }),
      START_TIMEOUT_MS,
    );
    const log = new NatsEventLog(options, connection, manager);
    await retryFor(() => log.start(), START_TIMEOUT_MS);
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
  readonly #usageWatch: Periodic;
  readonly #published: Published;

  constructor(options: NatsEventLogOptions, connection: NatsConnection, manager: JetStreamManager) {
    const { logger } = options;
    this.#connection = connection;
    this.#manager = manager;
    this.#logger = logger;
    this.#parts = natsParts(options, connection, manager, () => {
      for (const hearing of this.#consumptions.values()) hearing.look();
    });
    this.#announcements = new NatsAnnouncements({ connection, subjects: this.#parts.subjects, logger });
    this.#published = new Published(this.#parts.stream.retention, () => this.#parts.keeper.makeRoom());
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
      this.#published.note(messageSize(message));
      return { position: this.#position(seq), duplicate };
    } catch (error) {
      if (isTooLarge(error)) throw tooLarge(message, stream.retention.maxMessageBytes);
      throw unavailable(`Message ${id} was not acknowledged`, error);
    }
  }

  async consume(options: ConsumeOptions, handler: MessageHandler): Promise<Consumption> {
    assertDurableName(options.durable);
    subjectPattern(options.subjects);
    this.#assertOpen();
    const { consumption, hearing } = await startConsuming(options, handler, {
      connection: this.#connection,
      parts: this.#parts,
      logger: this.#logger,
      position: (sequence) => this.#position(sequence),
      append: (message) => this.#append(message),
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
    const { subjects, stream } = this.#parts;
    const { epoch, sequence } = options.after;
    const filters = wanted.subjects.map(subjects.outer);
    const read = async () => {
      const range = await this.#request((manager) => readRange(manager, stream.name, { ...wanted, filters }));
      // After the reading: what follows the position cannot have gone before it.
      const info = await this.#request((manager) => manager.streams.info(stream.name));
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
    // The usage of a missing stream cannot be read.
    return problems.length > 0 ? problems : this.#usageProblems();
  }

  async close(): Promise<void> {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort();
    const looking = [this.#parts.keeper.close(), this.#usageWatch.stop()];
    for (const hearing of this.#consumptions.values()) hearing.stop();
    await Promise.all([...this.#consumptions.keys()].map((consumption) => consumption.stop(0)));
    // Negative acknowledgements have to be sent, if the server is still there.
    await within(this.#connection.drain(), CLOSE_TIMEOUT_MS);
    await this.#connection.close();
    await Promise.all(looking);
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
      return await retryFor(() => request(this.#manager), REQUEST_TIMEOUT_MS);
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
        this.#logger?.warn({ err: error }, 'Checking the streams after a reconnection failed');
      });
    }
  }
}
