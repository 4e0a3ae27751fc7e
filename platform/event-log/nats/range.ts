import type { JetStreamManager, StoredMsg } from '@nats-io/jetstream';
import type { RangeWanted } from '../reading.ts';
import { readBatch } from './jetstream/batch.ts';

/** Batch size for a subject with several messages. */
const BATCH = 64;
const BATCH_BYTES = 64 * 1024;
/** So many of a subject are asked for one by one. */
const SEVERAL = 3;

type Wanted = Omit<RangeWanted, 'subjects'> & {
  /** The subjects as the server has them. */
  readonly filters: readonly string[];
};

export interface StoredRange {
  readonly messages: readonly StoredMsg[];
  /** No message up to this sequence was left out. */
  readonly through: number;
}

const sizeOf = ({ subject, header, data }: StoredMsg): number =>
  subject.length + data.byteLength + header.toString().length;

/**
 * Reads messages of a few subjects, which the server finds by its index of subjects. A filter with a wildcard would not
 * do: past 65,536 subjects nats-server 2.15 finds what follows by reading all that is between.
 */
export async function readRange(
  manager: JetStreamManager,
  stream: string,
  { filters, after, through, limit, maxBytes }: Wanted,
): Promise<StoredRange> {
  const sources = filters.map((filter) => new Source(asking(manager, stream, filter), { after, through }));
  await Promise.all(sources.map((source) => source.fill()));
  const messages: StoredMsg[] = [];
  let bytes = 0;
  for (;;) {
    const source = earliest(sources);
    const message = source?.take();
    if (!source || !message) return { messages, through };
    messages.push(message);
    bytes += sizeOf(message);
    if (messages.length >= limit || bytes >= maxBytes) return { messages, through: message.seq };
    await source.fill();
  }
}

const earliest = (sources: readonly Source[]): Source | undefined =>
  sources.reduce<Source | undefined>(
    (first, source) => ((source.next ?? Infinity) < (first?.next ?? Infinity) ? source : first),
    undefined,
  );

/** One subject's messages. */
class Source {
  readonly #ask: Ask;
  readonly #through: number;
  #last: number;
  #read: readonly StoredMsg[] = [];
  #at = 0;
  #taken = 0;

  constructor(ask: Ask, { after, through }: Pick<Wanted, 'after' | 'through'>) {
    this.#ask = ask;
    this.#last = after.sequence;
    this.#through = through;
  }

  /** The sequence of what {@link take} gives; undefined when there is nothing more. */
  get next(): number | undefined {
    return this.#read[this.#at]?.seq;
  }

  take(): StoredMsg | undefined {
    this.#taken++;
    return this.#read[this.#at++];
  }

  /** Resolves when {@link next} is known. */
  async fill(): Promise<void> {
    if (this.#at < this.#read.length || this.#last >= this.#through) return;
    const seq = this.#last + 1;
    const batch = this.#taken < SEVERAL ? [] : await this.#ask.forSeveral(seq);
    // Replicas answer a batch, and one that lags behind may have less than there is: only the leader knows an end.
    const messages = batch.length > 0 ? batch : await this.#ask.forOne(seq);
    this.#last = messages.at(-1)?.seq ?? this.#through;
    this.#read = messages.filter((message) => message.seq <= this.#through);
    this.#at = 0;
  }
}

interface Ask {
  forOne(seq: number): Promise<StoredMsg[]>;
  forSeveral(seq: number): Promise<StoredMsg[]>;
}

const asking = (manager: JetStreamManager, stream: string, filter: string): Ask => ({
  async forOne(seq) {
    const query = { seq, next_by_subj: filter };
    const message = await manager.streams.getMessage(stream, query);
    return message ? [message] : [];
  },
  forSeveral: (seq) =>
    readBatch(manager, stream, { seq, next_by_subj: filter, batch: BATCH, max_bytes: BATCH_BYTES }),
});
