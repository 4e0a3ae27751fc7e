import type { ConsumerInfo, JetStreamManager, StreamInfo } from '@nats-io/jetstream';
import type { Logger } from '../../../telemetry/logger.ts';
import type { Retention } from '../../retention.ts';
import { fullness, lagOf, roomLine } from '../../room/decide.ts';
import type { DurableUsage, Fill, LogUsage } from '../../usage.ts';
import { isConsumerNotFound, isMessageNotFound, isStreamNotFound } from '../jetstream/errors.ts';
import { epochOf, type WantedStream } from '../jetstream/streams.ts';
import type { KeptCut, NatsCuts } from './cuts.ts';
import type { NatsDurables } from './durables.ts';

export interface NatsRoomDependencies {
  readonly manager: JetStreamManager;
  readonly durables: NatsDurables;
  readonly cuts: NatsCuts;
  readonly log: WantedStream;
  readonly deadLetters: WantedStream;
  readonly retention: Retention;
  readonly logger: Logger | undefined;
}

/** A durable, how far it has acknowledged, and the cut of this epoch that it has not heard of. */
interface Standing {
  readonly info: ConsumerInfo;
  readonly floor: number;
  readonly kept: KeptCut | null;
}

const limitOf = (limit: number): number => (limit > 0 ? limit : Number.POSITIVE_INFINITY);

/** By the limits that the stream has, whatever it should have. */
const fillOf = ({ state, config }: StreamInfo): Fill => ({
  messages: state.messages,
  maxMessages: limitOf(config.max_msgs),
  bytes: state.bytes,
  maxBytes: limitOf(config.max_bytes),
});

/**
 * Makes room in the log's stream. Every process does so, without asking the others: before messages up to some sequence are
 * purged, every durable that may not have acknowledged them all is marked as cut up to there, and the mark is durable. Who
 * dies between the two leaves a mark too many, which costs a look at what is owed. Of a purge past an unacknowledged
 * message, or of a consumer that begins behind the first one, the server says nothing to anybody.
 */
export class NatsRoom {
  readonly #dependencies: NatsRoomDependencies;
  #tidying: Promise<void> | undefined;

  constructor(dependencies: NatsRoomDependencies) {
    this.#dependencies = dependencies;
  }

  /** Removes what is too old, and what there is no room for. @throws when it cannot, having removed nothing */
  tidy(): Promise<void> {
    this.#tidying ??= this.#tidy().finally(() => {
      this.#tidying = undefined;
    });
    return this.#tidying;
  }

  /** Whether the log, as it is told of by `info`, has something to remove. */
  isDue(info: StreamInfo): boolean {
    return this.#lineOf(info) >= Math.max(1, info.state.first_seq) || this.#isOld(info);
  }

  async usage(lettersDropped: number): Promise<LogUsage> {
    const { manager, log, deadLetters } = this.#dependencies;
    const info = await manager.streams.info(log.name);
    const letters = await manager.streams.info(deadLetters.name);
    const fill = fillOf(info);
    const head = info.state.last_seq;
    const durables = (await this.#standings(info)).map(
      ({ info: { name, num_pending, num_ack_pending }, floor, kept }): DurableUsage => ({
        durable: name,
        waiting: num_pending + num_ack_pending,
        lag: lagOf(fill, head, floor),
        cut: kept?.cut ?? null,
      }),
    );
    return { log: fill, deadLetters: fillOf(letters), lettersDropped, durables };
  }

  /** False where there is no durable of that name. */
  async cut(durable: string): Promise<boolean> {
    const { manager, log, cuts } = this.#dependencies;
    const info = await manager.streams.info(log.name);
    if (!(await this.exists(durable))) return false;
    const through = { epoch: epochOf(info), sequence: Math.max(0, info.state.first_seq - 1) };
    await cuts.reach({ durable, cause: 'asked', through });
    return true;
  }

  async exists(durable: string): Promise<boolean> {
    const { manager, log } = this.#dependencies;
    try {
      await manager.consumers.info(log.name, durable);
      return true;
    } catch (error) {
      if (isConsumerNotFound(error) || isStreamNotFound(error)) return false;
      throw error;
    }
  }

  /**
   * Removes the consumer, the messages on the subject that it alone takes, and its cut. One by one: a purge by subject
   * makes servers pass over other messages for a consumer of several filters (nats-server 8571).
   */
  async remove(durable: string, subject: string): Promise<boolean> {
    const { manager, log, cuts } = this.#dependencies;
    const existed = await manager.consumers.delete(log.name, durable).catch((error: unknown) => {
      if (isConsumerNotFound(error)) return false;
      throw error;
    });
    for (let seq = 1; ; ) {
      const next = await this.#dependencies.durables.next(seq, subject);
      if (next === undefined) break;
      await manager.streams.deleteMessage(log.name, next, false).catch((error: unknown) => {
        if (!isMessageNotFound(error)) throw error;
      });
      seq = next + 1;
    }
    const kept = await cuts.find(durable);
    if (kept) await cuts.remove(kept);
    return existed;
  }

  /**
   * Calls `make`, which makes a durable that is missing. It begins with the oldest message kept, and keeps nothing before
   * it exists: where something may have gone, it is told.
   */
  async making(durable: string, make: () => Promise<unknown>): Promise<void> {
    const { manager, log, cuts } = this.#dependencies;
    const before = await manager.streams.info(log.name);
    const earlier = await cuts.find(durable);
    const sequence = Math.max(0, before.state.first_seq - 1);
    // First, for a process may die at any line. Who removes messages just now may not know of the durable yet.
    const kept = await cuts.add({ durable, cause: 'made', through: { epoch: epochOf(before), sequence } });
    await make();
    const info = await manager.streams.info(log.name);
    if (!earlier && info.state.first_seq <= 1 && this.#isFarFromDue(info)) await cuts.remove(kept);
  }

  #lineOf(info: StreamInfo): number {
    return roomLine(fillOf(info), info.state.last_seq, this.#dependencies.retention);
  }

  #isOld({ state }: StreamInfo, age = this.#dependencies.retention.maxAgeMs): boolean {
    return state.messages > 0 && Date.parse(state.first_ts) < Date.now() - age;
  }

  /** Also by the settings of a process that has others. */
  #isFarFromDue(info: StreamInfo): boolean {
    const { keptShare, maxAgeMs } = this.#dependencies.retention;
    return fullness(fillOf(info)) < keptShare / 4 && !this.#isOld(info, maxAgeMs / 4);
  }

  async #tidy(): Promise<void> {
    const { manager, log, logger } = this.#dependencies;
    const info = await manager.streams.info(log.name);
    if (!this.isDue(info)) return;
    const line = this.#lineOf(info);
    const aged = this.#isOld(info) ? await this.#agedThrough(info) : 0;
    const standings = await this.#standings(info);
    const held = standings.filter(({ kept }) => kept === null).map(({ floor }) => floor);
    const through = Math.max(line, Math.min(aged, ...held));
    if (through < info.state.first_seq) return;
    await this.#mark(standings, through, epochOf(info));
    // Messages after `through` stay.
    const { purged } = await manager.streams.purge(log.name, { seq: through + 1 });
    logger?.info({ stream: log.name, through, purged }, 'The event log made room');
  }

  /** The last sequence that is too old. */
  async #agedThrough({ state }: StreamInfo): Promise<number> {
    const { manager, log, retention } = this.#dependencies;
    const cutoff = new Date(Date.now() - retention.maxAgeMs);
    try {
      const young = await manager.direct.getMessage(log.name, { start_time: cutoff });
      return young ? young.seq - 1 : state.last_seq;
    } catch (error) {
      if (isMessageNotFound(error)) return state.last_seq;
      throw error;
    }
  }

  #standings(info: StreamInfo): Promise<Standing[]> {
    const { durables, cuts } = this.#dependencies;
    const head = info.state.last_seq;
    const standingOf = async (durable: ConsumerInfo): Promise<Standing> => {
      const kept = await cuts.find(durable.name);
      const isCurrent = kept?.cut.through.epoch === epochOf(info);
      return { info: durable, floor: await durables.floor(durable, head), kept: isCurrent ? kept : null };
    };
    return durables.list().then((all) => Promise.all(all.map(standingOf)));
  }

  /** Marks every durable that messages up to `through` may be lost to. */
  async #mark(standings: readonly Standing[], sequence: number, epoch: string): Promise<void> {
    const { cuts, logger } = this.#dependencies;
    for (const { info, floor, kept } of standings) {
      if (floor >= sequence || (kept && kept.cut.through.sequence >= sequence)) continue;
      const cause = kept?.cut.cause === 'asked' ? 'asked' : 'lagged';
      await cuts.reach({ durable: info.name, cause, through: { epoch, sequence } });
      if (!kept)
        logger?.warn(
          { durable: info.name, acknowledged: floor, through: sequence },
          'A durable lags too far: the log keeps nothing for it until it is consumed again',
        );
    }
  }
}
