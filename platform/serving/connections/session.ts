import { Few } from '../../collections/few.ts';
import { BlobgraphError } from '../../errors/errors.ts';
import type { Alarms } from '../../time/alarms.ts';
import type { Clock } from '../../time/clock.ts';

/** Whose a connection is that stays open, for as long as it may. */
export interface ConnectionSession {
  /** The user whose connection it is counted as. */
  readonly userId: string;
  /** Acts once when it ends, with why; at once where it has ended. @returns a function that calls that off */
  onEnded(act: (reason: BlobgraphError) => void): () => void;
  /** Ends it for everybody who acts on that. */
  end(reason: BlobgraphError): void;
  /** The connection is gone. */
  close(): void;
}

/** A session that goes on with another token. */
export interface RenewableSession extends ConnectionSession {
  /** When it ends, unless it is renewed. */
  readonly until: Date;
  /** Goes on with another token of the same user, as `Bearer …`. @throws BlobgraphError */
  renew(authorization: unknown): Promise<void>;
}

/** Why a session ends with its token. */
export const tokenExpired = (): BlobgraphError =>
  new BlobgraphError(
    'UNAUTHENTICATED',
    'The token has expired: come again with another, after the last cursor.',
  );

/** Who has a session for as long as it is open. */
export interface SessionKeeper {
  readonly clock: Clock;
  /** Ends sessions with their tokens. */
  readonly alarms: Pick<Alarms<TimedSession>, 'add' | 'delete'>;
  /** Called when it is closed, or has ended; each time. */
  closed(session: TimedSession): void;
}

/** A session that ends with its token. */
export class TimedSession implements ConnectionSession {
  readonly userId: string;
  readonly #keeper: SessionKeeper;
  readonly #onEnded = new Few<(reason: BlobgraphError) => void>();
  #until: Date | undefined;
  #reason: BlobgraphError | undefined;
  #isClosed = false;

  /** `until`: undefined for a session that lasts as long as its connection. */
  constructor(userId: string, until: Date | undefined, keeper: SessionKeeper) {
    this.userId = userId;
    this.#keeper = keeper;
    if (until) this.last(until);
  }

  onEnded(act: (reason: BlobgraphError) => void): () => void {
    if (this.#reason) act(this.#reason);
    else this.#onEnded.add(act);
    return () => void this.#onEnded.delete(act);
  }

  /** To be asked before each thing that is told. @throws BlobgraphError why it has ended */
  assertOpen(): void {
    if (!this.#reason && this.#until && this.#keeper.clock.now() >= this.#until) this.end(tokenExpired());
    if (this.#reason) throw this.#reason;
  }

  end(reason: BlobgraphError): void {
    if (this.#reason) return;
    this.#reason = reason;
    for (const act of [...this.#onEnded]) act(reason);
    this.close();
  }

  close(): void {
    this.#isClosed = true;
    if (this.#until) this.#keeper.alarms.delete(this, this.#until);
    this.#keeper.closed(this);
  }

  /** Has it end then. One that was closed while its token was checked is kept by nobody. */
  protected last(until: Date): void {
    if (this.#isClosed) return;
    const { alarms } = this.#keeper;
    if (this.#until) alarms.delete(this, this.#until);
    this.#until = until;
    alarms.add(this, until);
  }
}
