import type { Clock } from '../../time/clock.ts';
import type { ConsumeOptions } from '../consuming.ts';
import { replaySubject } from '../replay.ts';
import { lagOf } from '../room/decide.ts';
import type { DurableUsage } from '../usage.ts';
import type { DurableTables } from './durables.ts';
import { DurableQueue } from './queue.ts';
import type { EmbeddedRoom } from './room.ts';
import type { Appended } from './stream.ts';
import type { LogTables } from './tables.ts';

export interface QueuesDependencies {
  readonly tables: LogTables;
  readonly durables: DurableTables;
  readonly room: EmbeddedRoom;
  readonly clock: Clock;
  /** The sequence of the newest message. */
  readonly head: () => number;
}

/** The queues of the durables that somebody consumed, or asked for, in this process. */
export class Queues {
  readonly #dependencies: QueuesDependencies;
  readonly #opening = new Map<string, Promise<DurableQueue>>();
  readonly #queues = new Map<string, DurableQueue>();

  constructor(dependencies: QueuesDependencies) {
    this.#dependencies = dependencies;
  }

  /** The durable's queue, made where there is none, with these filters beside those that it has. */
  async consume({ durable, subjects }: Pick<ConsumeOptions, 'durable' | 'subjects'>): Promise<DurableQueue> {
    const queue = await this.#open(durable);
    await queue.widen(subjects);
    return queue;
  }

  appended(appended: Appended): void {
    for (const queue of this.#queues.values()) queue.appended(appended);
  }

  /** Messages up to `through` are gone. */
  removed(through: number): void {
    for (const queue of this.#queues.values()) queue.skip(through);
  }

  /** 0 where there is no durable of that name. */
  async waiting(durable: string): Promise<number> {
    const subjects = await this.#dependencies.tables.subjectsOf(durable);
    if (!subjects) return 0;
    return (await (await this.#open(durable)).standing()).waiting;
  }

  async usage(): Promise<DurableUsage[]> {
    const { durables, room, head } = this.#dependencies;
    const usages: DurableUsage[] = [];
    for (const durable of await durables.names()) {
      const { waiting, floor } = await (await this.#open(durable)).standing();
      const kept = await durables.find(durable);
      usages.push({ durable, waiting, lag: lagOf(room.fill, head(), floor), cut: kept?.cut ?? null });
    }
    return usages;
  }

  /** Removes the durable, and what was published to it alone. False where there is none of that name. */
  async remove(durable: string): Promise<boolean> {
    const { durables, room } = this.#dependencies;
    const queue = await this.#opening.get(durable);
    const existed = await durables.removeDurable(durable);
    this.#opening.delete(durable);
    this.#queues.delete(durable);
    await queue?.close();
    const { messages, bytes } = await durables.removeOn(replaySubject(durable));
    room.note({ messages: -messages, bytes: -bytes });
    return existed;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#queues.values()].map((queue) => queue.close()));
  }

  #open(durable: string): Promise<DurableQueue> {
    const known = this.#opening.get(durable);
    if (known) return known;
    const { tables, clock, head } = this.#dependencies;
    const opening = DurableQueue.open({ durable, tables, clock, head })
      .then((queue) => {
        this.#queues.set(durable, queue);
        return queue;
      })
      .catch((error: unknown) => {
        this.#opening.delete(durable);
        throw error;
      });
    this.#opening.set(durable, opening);
    return opening;
  }
}
