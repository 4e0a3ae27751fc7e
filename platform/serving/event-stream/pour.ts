import type { Polled, Sleeper } from '../../concurrency/polled.ts';
import { BlobgraphError, type ErrorCode, isPassing } from '../../errors/errors.ts';

/** Sends a client the items of a source. */
export interface Receiver<Item> {
  /** Sends one. Resolves once it is taken. */
  item(item: Item): Promise<void>;
  /** Tells why nothing more comes, and ends. */
  end(reason: unknown): Promise<void> | void;
}

/** Items that come until it is returned. */
export type Source<Item> = Pick<Polled<Item>, 'poll' | 'return' | 'wakes'>;

/** Streams end since their service does: clients come back by themselves. */
export class ServiceStops extends BlobgraphError {
  constructor() {
    super('SERVICE_UNAVAILABLE', 'The service restarts: come again, after the last cursor.');
  }
}

/** Codes of a subscription that goes on after its last cursor, once it is asked for again; the passing ones beside. */
const RESUMABLE: ReadonlySet<ErrorCode> = new Set(['SLOW_CONSUMER', 'RATE_LIMITED', 'UNAUTHENTICATED']);

/** Whether a subscription that ended for this reason goes on after its last cursor when it is asked for again. */
export const isResumable = (reason: unknown): boolean =>
  isPassing(reason) || (reason instanceof BlobgraphError && RESUMABLE.has(reason.code));

/**
 * Sends a source's items to a client, one after the other, until either ends. While there are none nothing of it is
 * pending: the source wakes it.
 */
export class Pouring<Item> implements Sleeper {
  readonly #source: Source<Item>;
  readonly #receiver: Receiver<Item>;
  /** Absent until it begins. */
  #onEnded: ((error?: unknown) => void) | undefined;
  #reason: unknown;
  #isGone = false;
  #isPouring = false;
  /** The source may have had more since it was polled. */
  #hasNews = false;

  constructor(source: Source<Item>, receiver: Receiver<Item>) {
    this.#source = source;
    this.#receiver = receiver;
    source.wakes(this);
  }

  /** Resolves once it has ended. `first`: what the source was asked for already. @throws what telling the client of the end does */
  run(first?: ReturnType<Source<Item>['poll']>): Promise<void> {
    return new Promise((resolve, reject) => {
      this.begin((error) => (error === undefined ? resolve() : reject(error)), first);
    });
  }

  /** The same, calling back. */
  begin(onEnded: (error?: unknown) => void, first = this.#source.poll()): void {
    this.#onEnded = onEnded;
    void this.#pour(first);
  }

  wake(): void {
    this.#hasNews = true;
    if (!this.#isPouring && this.#onEnded) void this.#pour(this.#polled());
  }

  /** Ends it for a reason that the client is told. */
  end(reason: BlobgraphError): void {
    this.#reason ??= reason;
    this.#leaveSource();
  }

  /** The client is gone. */
  leave(): void {
    this.#isGone = true;
    this.#leaveSource();
  }

  #polled(): ReturnType<Source<Item>['poll']> {
    this.#hasNews = false;
    return this.#source.poll();
  }

  async #pour(polling: ReturnType<Source<Item>['poll']>): Promise<void> {
    this.#isPouring = true;
    try {
      if (!(await this.#hasPoured(polling))) return;
    } catch (error) {
      this.#reason ??= error;
    }
    await this.#finish();
  }

  /** Sends what there is. False where there is no more for now: it is to be woken. */
  async #hasPoured(polling: ReturnType<Source<Item>['poll']>): Promise<boolean> {
    for (let polled = await polling; !polled?.done && !this.#hasEnd; polled = await this.#polled()) {
      if (polled) await this.#receiver.item(polled.value);
      else if (!this.#hasNews) {
        this.#isPouring = false;
        return false;
      }
    }
    return true;
  }

  async #finish(): Promise<void> {
    try {
      await this.#source.return();
      // A source that ends without a word was closed with its service: it is no end of what is told.
      if (!this.#isGone) await this.#receiver.end(this.#reason ?? new ServiceStops());
      this.#onEnded?.();
    } catch (error) {
      this.#onEnded?.(error);
    }
  }

  /** Its errors are those of the item that is waited for. */
  #leaveSource(): void {
    this.#source.return().catch(() => undefined);
  }

  get #hasEnd(): boolean {
    return this.#isGone || this.#reason !== undefined;
  }
}
