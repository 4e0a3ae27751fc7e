import type { ExecutionResult } from 'graphql-ws';
import { Pouring, type Receiver, ServiceStops, type Source } from '../event-stream/pour.ts';

/** A subscription's result, with the cursor after which it goes on. */
export interface Told<Result extends object = ExecutionResult> {
  readonly result: Result;
  /** Undefined for what is in no log. */
  readonly cursor: string | undefined;
}

/** Tells a client of its subscriptions. */
export interface Teller<Conversation> {
  /** Sends a result. Resolves once the kernel has it. */
  next(conversation: Conversation, id: string, told: Told<object>): Promise<void>;
  /** Tells that a subscription has failed. */
  fail(conversation: Conversation, id: string, error: unknown): Promise<void>;
  /** The service stops. */
  stop(conversation: Conversation): void;
  /** Called once it has ended, whoever ended it. */
  ended(conversation: Conversation, subscription: OpenSubscription<Conversation>): void;
}

/**
 * A subscription of one connection, from its start to its end. The protocol's library returns it where its client has
 * completed it, or is gone. It would iterate over it as well: while that waits, it takes more memory than all of this.
 */
export class OpenSubscription<Conversation> implements Receiver<Told<object>> {
  readonly id: string;
  readonly #conversation: Conversation;
  readonly #teller: Teller<Conversation>;
  readonly #pouring: Pouring<Told<object>>;

  constructor(
    id: string,
    results: Source<Told<object>>,
    { conversation, teller }: { conversation: Conversation; teller: Teller<Conversation> },
  ) {
    this.id = id;
    this.#conversation = conversation;
    this.#teller = teller;
    this.#pouring = new Pouring(results, this);
  }

  begin(): void {
    this.#pouring.begin(() => this.#teller.ended(this.#conversation, this));
  }

  item(told: Told<object>): Promise<void> {
    return this.#teller.next(this.#conversation, this.id, told);
  }

  /** A service that stops is no end of what is told: its client is told no `complete`. */
  end(reason: unknown): Promise<void> | void {
    if (reason instanceof ServiceStops) this.#teller.stop(this.#conversation);
    else return this.#teller.fail(this.#conversation, this.id, reason);
  }

  /** Nothing that was on its way is told any more: its id may be another's by then. */
  async return(): Promise<void> {
    this.#pouring.leave();
  }

  /** By it the library knows what it may return. */
  [Symbol.asyncIterator](): this {
    return this;
  }
}
