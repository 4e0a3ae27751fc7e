import type { ConsumerInfo, JetStreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { z } from 'zod';
import { EventLogUnavailable } from '../../errors.ts';
import { isMessageNotFound } from '../jetstream/errors.ts';
import { filterOf } from '../jetstream/streams.ts';

export interface NatsDurablesDependencies {
  readonly connection: NatsConnection;
  readonly manager: JetStreamManager;
  /** The prefix of the API's subjects, `$JS.API` as a rule. */
  readonly apiPrefix: string;
  /** The stream of the log. */
  readonly stream: string;
}

const TIMEOUT_MS = 5_000;

const pageSchema = z.object({
  total: z.number(),
  consumers: z.array(z.unknown()).nullish(),
  missing: z.array(z.string()).nullish(),
  error: z.object({ err_code: z.number(), description: z.string() }).optional(),
});

/** The stream's durable consumers, and how far each has acknowledged. */
export class NatsDurables {
  readonly #dependencies: NatsDurablesDependencies;

  constructor(dependencies: NatsDurablesDependencies) {
    this.#dependencies = dependencies;
  }

  /**
   * All durables, for certain. (The client's listing does not tell that a cluster has left out consumers whose leaders did
   * not answer.)
   * @throws EventLogUnavailable when one does not answer
   */
  async list(): Promise<ConsumerInfo[]> {
    const infos: ConsumerInfo[] = [];
    for (let total = 1; infos.length < total; ) {
      const page = await this.#page(infos.length);
      infos.push(...page.consumers);
      // One was removed meanwhile.
      if (page.consumers.length === 0 && infos.length < page.total)
        throw new EventLogUnavailable('The consumers changed while they were listed');
      ({ total } = page);
    }
    return infos.filter(({ config }) => config.durable_name !== undefined);
  }

  /**
   * The sequence up to which, `head` at most, all that the durable takes is acknowledged. `head` must have been read before
   * `info`. Neither the ack floor alone tells it (0 for ever where nothing matches) nor the count of what is pending, which
   * servers have been seen to get wrong: what follows is looked for in the stream itself.
   */
  async floor(info: ConsumerInfo, head: number): Promise<number> {
    const { num_ack_pending, ack_floor, delivered, num_pending, config } = info;
    const from = num_ack_pending > 0 ? ack_floor.stream_seq : delivered.stream_seq;
    if (from >= head) return head;
    const found = await Promise.all(filterOf(config).map((filter) => this.next(from + 1, filter)));
    const next = Math.min(...found.filter((sequence) => sequence !== undefined));
    if (Number.isFinite(next)) return Math.min(next - 1, head);
    // The two disagree, e.g. a server that is no longer the stream's leader: the lower one is safe.
    return num_pending + num_ack_pending > 0 ? from : head;
  }

  async #page(offset: number): Promise<{ total: number; consumers: ConsumerInfo[] }> {
    const { connection, apiPrefix, stream } = this.#dependencies;
    const subject = `${apiPrefix}.CONSUMER.LIST.${stream}`;
    const reply = await connection.request(subject, JSON.stringify({ offset }), { timeout: TIMEOUT_MS });
    const { total, consumers, missing, error } = pageSchema.parse(reply.json());
    if (error || missing?.length)
      throw new EventLogUnavailable(
        `The consumers cannot be listed: ${error?.description ?? `${missing?.join(', ')} do not answer`}`,
      );
    return { total, consumers: (consumers ?? []) as ConsumerInfo[] };
  }

  /** The first sequence from `seq` on that the filter takes. */
  async next(seq: number, filter: string): Promise<number | undefined> {
    const { manager, stream } = this.#dependencies;
    try {
      // Answered by the stream's leader, unlike the direct way.
      const query = { seq, next_by_subj: filter };
      return (await manager.streams.getMessage(stream, query))?.seq;
    } catch (error) {
      if (isMessageNotFound(error)) return undefined;
      throw error;
    }
  }
}
