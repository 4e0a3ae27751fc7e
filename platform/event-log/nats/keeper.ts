import type { JetStreamManager } from '@nats-io/jetstream';
import type { Logger } from '../../telemetry/logger.ts';
import { type Periodic, periodic } from '../../time/periodic.ts';
import type { ConsumeOptions } from '../consuming.ts';
import { replaySubject } from '../replay.ts';
import { isConsumerNotFound, isStreamNotFound } from './jetstream/errors.ts';
import { consumerProblems, streamProblems } from './jetstream/inspection.ts';
import type { Subjects } from './jetstream/messages.ts';
import { ensureConsumer, ensureStream, epochOf, type WantedStream } from './jetstream/streams.ts';
import type { NatsRoom } from './room/room.ts';

export interface NatsKeeperDependencies {
  readonly manager: JetStreamManager;
  readonly log: WantedStream;
  readonly deadLetters: WantedStream;
  readonly cuts: WantedStream;
  readonly room: NatsRoom;
  readonly subjects: Subjects;
  readonly logger: Logger | undefined;
  /** Called after every check of the streams. */
  readonly onTended: () => void;
}

/** Longest time that a lost stream is missing while nobody publishes. */
const TEND_EVERY_MS = 2_000;

/**
 * Keeps the log's three streams, and the consumers of this process, there and as they are wanted. What is missing is
 * made at once, what was changed only at a start, a reconnection or a new making: processes that are set up
 * differently would take turns otherwise. Sees that the log has room, too.
 */
export class NatsKeeper {
  readonly #dependencies: NatsKeeperDependencies;
  readonly #tending: Periodic;
  #ensuring: Promise<void> | undefined;
  #epoch = '';
  #closed = false;

  constructor(dependencies: NatsKeeperDependencies) {
    this.#dependencies = dependencies;
    this.#tending = periodic({
      what: 'looking after the streams of the event log',
      everyMs: TEND_EVERY_MS,
      logger: dependencies.logger,
      turn: () => this.#tend(),
    });
  }

  /** Epoch of the log's stream, as last seen. */
  get epoch(): string {
    return this.#epoch;
  }

  /** Makes the streams, and makes them again when they are lost. */
  async start(): Promise<void> {
    await this.ensure();
    this.#tending.start();
  }

  /** Makes the streams where they are missing, adapts them, and learns the epoch. */
  ensure(): Promise<void> {
    this.#ensuring ??= this.#ensure().finally(() => {
      this.#ensuring = undefined;
    });
    return this.#ensuring;
  }

  /** Makes the consumer where it is missing, its stream too, and adapts it. */
  async ensureConsumer(options: ConsumeOptions): Promise<void> {
    const { manager, log, room } = this.#dependencies;
    const ensure = () => ensureConsumer(manager, log.name, options, this.#subjectsOf(options));
    const make = async () => {
      if (await room.exists(options.durable)) await ensure();
      else await room.making(options.durable, ensure);
    };
    await make().catch(async (error: unknown) => {
      if (!isStreamNotFound(error)) throw error;
      await this.ensure();
      await make();
    });
  }

  /** Removes the consumer, and what was published to it alone. */
  removeConsumer(durable: string): Promise<boolean> {
    const { room, subjects } = this.#dependencies;
    return room.remove(durable, subjects.outer(replaySubject(durable)));
  }

  /** Makes room in the log where it is short; a failure is only logged. */
  async makeRoom(): Promise<void> {
    const { room, logger } = this.#dependencies;
    await room.tidy().catch((err: unknown) => {
      if (!this.#closed) logger?.warn({ err }, 'Making room in the event log failed; retrying');
    });
  }

  /** Messages that the consumer has still to acknowledge; 0 where there is none. */
  async waiting(durable: string): Promise<number> {
    const { manager, log } = this.#dependencies;
    try {
      const { num_pending, num_ack_pending } = await manager.consumers.info(log.name, durable);
      return num_pending + num_ack_pending;
    } catch (error) {
      if (isConsumerNotFound(error) || isStreamNotFound(error)) return 0;
      throw error;
    }
  }

  /** Problems of the streams and of these consumers: missing, or other than wanted. */
  async problems(consumers: readonly ConsumeOptions[]): Promise<string[]> {
    const { manager, log } = this.#dependencies;
    const found = await Promise.all([
      ...this.#streams().map((wanted) => streamProblems(manager, wanted)),
      ...consumers.map((options) => consumerProblems(manager, log.name, options, this.#subjectsOf(options))),
    ]);
    return found.flat();
  }

  /** Resolves once it looks no more: that may take a request's time, or the connection's end. */
  close(): Promise<void> {
    this.#closed = true;
    return this.#tending.stop();
  }

  #subjectsOf({ subjects, durable }: ConsumeOptions): string[] {
    return [...subjects, replaySubject(durable)].map(this.#dependencies.subjects.outer);
  }

  #streams(): WantedStream[] {
    const { log, deadLetters, cuts } = this.#dependencies;
    return [log, deadLetters, cuts];
  }

  async #ensure(): Promise<void> {
    const { manager, log, deadLetters, cuts } = this.#dependencies;
    // Before the log's: who makes a consumer has to note what it may lack.
    await ensureStream(manager, cuts);
    const info = await ensureStream(manager, log);
    await ensureStream(manager, deadLetters);
    this.#epoch = epochOf(info);
  }

  /** Makes lost streams anew, learns the epoch of one that another process made, and makes room. */
  async #tend(): Promise<void> {
    const { manager, log, deadLetters, cuts, room, logger, onTended } = this.#dependencies;
    try {
      const info = await manager.streams.info(log.name);
      this.#epoch = epochOf(info);
      await manager.streams.info(deadLetters.name);
      await manager.streams.info(cuts.name);
      // A process of an earlier version that starts, or reconnects, has the server remove what nobody acknowledged.
      if (info.config.max_age !== 0) await manager.streams.update(log.name, { max_age: 0 });
      if (room.isDue(info)) await this.makeRoom();
      if (!this.#closed) onTended();
    } catch (error) {
      if (this.#closed || !isStreamNotFound(error)) throw error;
      logger?.error(
        { streams: this.#streams().map(({ name }) => name) },
        'A stream is missing: it is made anew',
      );
      await this.ensure();
    }
  }
}
