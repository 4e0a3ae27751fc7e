import { randomUUID } from 'node:crypto';
import type { JetStreamManager } from '@nats-io/jetstream';
import { z } from 'zod';
import type { Cut } from '../../consuming.ts';
import { isMessageNotFound, isOvertaken } from '../jetstream/errors.ts';
import type { Subjects } from '../jetstream/messages.ts';
import type { Publish } from '../jetstream/publisher.ts';

export interface NatsCutsDependencies {
  readonly manager: JetStreamManager;
  readonly publish: Publish;
  readonly subjects: Subjects;
  /** The stream of the log. */
  readonly stream: string;
}

/** A cut as its stream keeps it. */
export interface KeptCut {
  readonly cut: Cut;
  /** Tells it from a later cut of the same durable. */
  readonly place: number;
}

const cutSchema = z.object({
  id: z.string(),
  durable: z.string(),
  cause: z.enum(['lagged', 'made', 'asked']),
  through: z.object({ epoch: z.string(), sequence: z.number() }),
  at: z.iso.datetime().transform((text) => new Date(text)),
});

/**
 * The stream of cuts that were not heard of, `<stream>_CUTS`: the newest of each durable, on a subject of its own. A
 * consumer's metadata would not do: the server compares nothing, and two that write at once undo each other's.
 */
export class NatsCuts {
  readonly #dependencies: NatsCutsDependencies;
  /** Name of the stream. */
  readonly name: string;

  constructor(dependencies: NatsCutsDependencies) {
    this.#dependencies = dependencies;
    this.name = `${dependencies.stream}_CUTS`;
  }

  /** As the server sees it; `*` for every durable. */
  subject(durable: string): string {
    const { subjects, stream } = this.#dependencies;
    return subjects.outer(`cut.${stream}.${durable}`);
  }

  /**
   * Resolves once a cut as far as this one, or farther, is durable. It takes the place of an earlier one: never the other
   * way round, when several processes write at once.
   */
  async reach(facts: Omit<Cut, 'id' | 'at'>): Promise<void> {
    const { epoch, sequence } = facts.through;
    for (;;) {
      const kept = await this.find(facts.durable);
      if (kept?.cut.through.epoch === epoch && kept.cut.through.sequence >= sequence) return;
      try {
        await this.add(facts, kept?.place ?? 0);
        return;
      } catch (error) {
        if (!isOvertaken(error)) throw error;
      }
    }
  }

  /**
   * Resolves once the cut is durable; it takes the place of an earlier one. `place`: of the only one that it may replace,
   * 0 for none.
   */
  async add(facts: Omit<Cut, 'id' | 'at'>, place?: number): Promise<KeptCut> {
    const cut: Cut = { ...facts, id: randomUUID(), at: new Date() };
    const { seq } = await this.#dependencies.publish({
      stream: this.name,
      subject: this.subject(cut.durable),
      id: cut.id,
      body: new TextEncoder().encode(JSON.stringify(cut)),
      ...(place === undefined ? {} : { lastOnSubject: place }),
    });
    return { cut, place: seq };
  }

  async find(durable: string): Promise<KeptCut | null> {
    const { manager } = this.#dependencies;
    try {
      // Not the direct way: a replica that lags behind may still have one that was heard of.
      const message = await manager.streams.getMessage(this.name, { last_by_subj: this.subject(durable) });
      return message && { cut: cutSchema.parse(JSON.parse(message.string())), place: message.seq };
    } catch (error) {
      if (isMessageNotFound(error)) return null;
      throw error;
    }
  }

  /** Forgets this one, and no later one. */
  async remove({ place }: Pick<KeptCut, 'place'>): Promise<void> {
    try {
      await this.#dependencies.manager.streams.deleteMessage(this.name, place, false);
    } catch (error) {
      if (!isMessageNotFound(error)) throw error;
    }
  }
}
