import {
  createInbox,
  type Msg,
  type NatsConnection,
  nanos,
  type Subscription,
} from '@nats-io/transport-node';

import { type Delivered, delivered } from './jetstream/delivered.ts';

interface Waiter {
  /** The subject of what the server has to say about the request; the message itself keeps its own. */
  readonly reply: string;
  readonly timer: NodeJS.Timeout;
  resolve(message: Delivered | undefined): void;
  reject(error: Error): void;
}

/** How long a request waits at the server. */
const PULL_MS = 4_000;
/** A request that died with the consumer's leader gets no answer at all. */
const ANSWER_MS = PULL_MS + 1_000;
const NOT_FOUND = 404;
const TIMEOUT = 408;

/**
 * Asks a durable consumer for one message at a time, as `$JS.API.CONSUMER.MSG.NEXT` has it. (The client's `next`
 * cannot be given up without losing a message that is on its way until its acknowledgement wait is over.)
 */
export class NatsPuller {
  readonly #connection: NatsConnection;
  readonly #request: string;
  readonly #inbox = createInbox();
  readonly #subscription: Subscription;
  #requests = 0;
  #waiter: Waiter | undefined;

  /** `request` is the subject that takes requests for the consumer's next message. */
  constructor(connection: NatsConnection, request: string) {
    this.#connection = connection;
    this.#request = request;
    this.#subscription = connection.subscribe(`${this.#inbox}.*`, {
      callback: (error, message) => this.#receive(error, message),
    });
  }

  /** The next message; nothing when there is none for a while. @throws when the consumer does not answer */
  next(): Promise<Delivered | undefined> {
    return new Promise((resolve, reject) => {
      const reply = `${this.#inbox}.${++this.#requests}`;
      const timer = setTimeout(() => this.giveUp(), ANSWER_MS);
      this.#waiter = { reply, timer, resolve, reject };
      try {
        const request = JSON.stringify({ batch: 1, expires: nanos(PULL_MS) });
        this.#connection.publish(this.#request, request, { reply });
      } catch (error) {
        this.#take()?.reject(error as Error);
      }
    });
  }

  /** Answers the request under way with nothing. */
  giveUp(): void {
    this.#take()?.resolve(undefined);
  }

  /** Gives up, and hands back what is still on its way. */
  async close(): Promise<void> {
    this.giveUp();
    if (!this.#connection.isClosed()) await this.#subscription.drain();
  }

  #take(): Waiter | undefined {
    const waiter = this.#waiter;
    clearTimeout(waiter?.timer);
    this.#waiter = undefined;
    return waiter;
  }

  #receive(error: Error | null, message: Msg): void {
    if (error) {
      this.#take()?.reject(error);
      return;
    }
    if (message.subject.startsWith(this.#inbox)) {
      this.#status(message);
      return;
    }
    const delivery = delivered(this.#connection, message);
    const waiter = this.#take();
    if (waiter) waiter.resolve(delivery);
    else delivery.putBack(0);
  }

  #status({ subject, headers }: Msg): void {
    // An earlier request's is of no interest.
    if (subject !== this.#waiter?.reply) return;
    if (headers?.code === TIMEOUT || headers?.code === NOT_FOUND) {
      this.giveUp();
      return;
    }
    const status = `${headers?.code ?? ''} ${headers?.description || 'no responders'}`;
    this.#take()?.reject(new Error(`The consumer does not answer: ${status}`));
  }
}
