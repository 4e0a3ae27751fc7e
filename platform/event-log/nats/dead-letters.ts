import type { JetStreamManager } from '@nats-io/jetstream';
import type { Logger } from '../../telemetry/logger.ts';
import { deadLetterId, isDeadLetterId } from '../replay.ts';
import type { DeadLetter, DeadLetterPage } from '../usage.ts';
import { readBatch } from './jetstream/batch.ts';
import { isMessageNotFound } from './jetstream/errors.ts';
import { decodeDeadLetter, encodeDeadLetter, type KeptLetter, type Subjects } from './jetstream/messages.ts';
import type { Publish } from './jetstream/publisher.ts';

export interface DeadLettersDependencies {
  readonly manager: JetStreamManager;
  readonly publish: Publish;
  readonly subjects: Subjects;
  /** The stream of the log. */
  readonly stream: string;
  readonly logger: Logger | undefined;
}

const DEFAULT_LIMIT = 100;
/** Letters that make room at once. */
const DROPPED_AT_ONCE = 16;

/** The stream of what was set aside, `<stream>_DLQ`: each letter on a subject of its own, by its id. */
export class NatsDeadLetters {
  readonly #dependencies: DeadLettersDependencies;
  /** Name of the stream. */
  readonly name: string;
  #dropped = 0;

  constructor(dependencies: DeadLettersDependencies) {
    this.#dependencies = dependencies;
    this.name = `${dependencies.stream}_DLQ`;
  }

  /** Letters that this process removed to make room. */
  get dropped(): number {
    return this.#dropped;
  }

  /** As the server sees it; `*` for every letter. */
  subject(id: string): string {
    const { subjects, stream } = this.#dependencies;
    return subjects.outer(`dead-letter.${stream}.${id}`);
  }

  /** Resolves once the letter is durable; it takes the place of one that is there already. */
  async add(letter: KeptLetter): Promise<void> {
    const id = deadLetterId(letter);
    await this.#dependencies.publish({
      stream: this.name,
      subject: this.subject(id),
      id,
      body: encodeDeadLetter(letter),
    });
  }

  /** Oldest first. */
  async list({ limit = DEFAULT_LIMIT, after = 0 }: DeadLetterPage): Promise<DeadLetter[]> {
    const { manager } = this.#dependencies;
    const { state } = await manager.streams.info(this.name);
    const seq = Math.max(state.first_seq, after + 1);
    if (state.messages === 0 || seq > state.last_seq) return [];
    return (await readBatch(manager, this.name, { seq, batch: limit })).map(decodeDeadLetter);
  }

  async find(id: string): Promise<DeadLetter | null> {
    if (!isDeadLetterId(id)) return null;
    const { manager } = this.#dependencies;
    try {
      // Not the direct way: a replica that lags behind may have it no more, or not yet.
      const message = await manager.streams.getMessage(this.name, { last_by_subj: this.subject(id) });
      return message && decodeDeadLetter(message);
    } catch (error) {
      if (isMessageNotFound(error)) return null;
      throw error;
    }
  }

  /** Removes the oldest, and says which: a consumer must not be kept from its work because there are many. */
  async makeRoom(): Promise<void> {
    for (const letter of await this.list({ limit: DROPPED_AT_ONCE })) {
      if (!(await this.remove(letter))) continue;
      this.#dropped += 1;
      const { id, durable, reason, message } = letter;
      this.#dependencies.logger?.error(
        { letter: id, durable, reason, subject: message.subject, message: message.id },
        'A dead letter was removed to make room for newer ones',
      );
    }
  }

  /** False when it is gone already. */
  async remove({ place }: DeadLetter): Promise<boolean> {
    try {
      return await this.#dependencies.manager.streams.deleteMessage(this.name, place, false);
    } catch (error) {
      if (isMessageNotFound(error)) return false;
      throw error;
    }
  }
}
