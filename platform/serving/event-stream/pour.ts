import { BlobgraphError, type ErrorCode, isPassing } from '../../errors/errors.ts';

/** Sends a client the items of a source. */
export interface Receiver<Item> {
  /** Sends one. Resolves once it is taken. */
  item(item: Item): Promise<void>;
  /** Tells why nothing more comes, and ends. */
  end(reason: unknown): Promise<void> | void;
}

/** Items that come until it is returned. */
export type Source<Item> = AsyncIterator<Item, void, undefined>;

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

/** Sends a source's items to a client, one after the other, until either ends. */
export class Pouring<Item> {
  readonly #source: Source<Item>;
  readonly #receiver: Receiver<Item>;
  #reason: unknown;
  #isGone = false;

  constructor(source: Source<Item>, receiver: Receiver<Item>) {
    this.#source = source;
    this.#receiver = receiver;
  }

  /** Resolves once it has ended. `first`: what the source was asked for already. */
  async run(first: Promise<IteratorResult<Item, void>> = this.#source.next()): Promise<void> {
    try {
      for (let next = await first; !next.done && !this.#hasEnd; next = await this.#source.next())
        await this.#receiver.item(next.value);
    } catch (error) {
      this.#reason ??= error;
    } finally {
      await this.#source.return?.();
    }
    // A source that ends without a word was closed with its service: it is no end of what is told.
    if (!this.#isGone) await this.#receiver.end(this.#reason ?? new ServiceStops());
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

  /** Its errors are those of the item that is waited for. */
  #leaveSource(): void {
    this.#source.return?.().catch(() => undefined);
  }

  get #hasEnd(): boolean {
    return this.#isGone || this.#reason !== undefined;
  }
}
