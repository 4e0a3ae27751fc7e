import type { JetStreamManager } from '@nats-io/jetstream';
import { decodeDeadLetter, encodeDeadLetter, type Subjects } from './log.nats.messages.ts';
import type { Publish } from './log.nats.publisher.ts';
import type { DeadLetter } from './log.ts';

export interface DeadLettersDependencies {
  readonly manager: JetStreamManager;
  readonly publish: Publish;
  readonly subjects: Subjects;
  /** The stream of the log. */
  readonly stream: string;
}

/** The stream of what was set aside, `<stream>_DLQ`. */
export class NatsDeadLetters {
  readonly #dependencies: DeadLettersDependencies;
  /** Name of the stream. */
  readonly name: string;

  constructor(dependencies: DeadLettersDependencies) {
    this.#dependencies = dependencies;
    this.name = `${dependencies.stream}_DLQ`;
  }

  /** As the server sees it; `*` for every consumer. */
  subject(durable: string): string {
    const { subjects, stream } = this.#dependencies;
    return subjects.outer(`dead-letter.${stream}.${durable}`);
  }

  /** Resolves once the letter is durable; one that is there already is not added again. */
  async add(letter: DeadLetter): Promise<void> {
    const { durable, message } = letter;
    const { epoch, sequence } = message.position;
    await this.#dependencies.publish({
      stream: this.name,
      subject: this.subject(durable),
      id: `${durable}:${epoch}:${sequence}`,
      body: encodeDeadLetter(letter),
    });
  }

  /** The oldest, at most `limit`. */
  async list(limit: number): Promise<DeadLetter[]> {
    const { manager } = this.#dependencies;
    const { state } = await manager.streams.info(this.name);
    // The server answers with an error, and not with an end, when there is nothing.
    if (state.messages === 0) return [];
    const letters: DeadLetter[] = [];
    const batch = await manager.direct.getBatch(this.name, { seq: state.first_seq, batch: limit });
    for await (const { data } of batch) letters.push(decodeDeadLetter(data));
    return letters;
  }
}
