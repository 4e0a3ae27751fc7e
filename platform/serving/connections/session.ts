import { Few } from '../../collections/few.ts';
import { BlobgraphError } from '../../errors/errors.ts';
import { alarmAt } from '../../time/alarm.ts';
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

/** A session that ends with its token. */
export class TimedSession implements ConnectionSession {
  readonly userId: string;
  readonly #clock: Clock;
  readonly #onEnded = new Few<(reason: BlobgraphError) => void>();
  readonly #onClosed = new Few<() => void>();
  #until: Date | undefined;
  #callOff = () => {};
  #reason: BlobgraphError | undefined;

  /** `until`: undefined for a session that lasts as long as its connection. */
  constructor(userId: string, until: Date | undefined, clock: Clock) {
    this.userId = userId;
    this.#clock = clock;
    if (until) this.last(until);
  }

  onEnded(act: (reason: BlobgraphError) => void): () => void {
    if (this.#reason) act(this.#reason);
    else this.#onEnded.add(act);
    return () => void this.#onEnded.delete(act);
  }

  /** Acts when it is closed, or has ended. */
  onClosed(act: () => void): void {
    this.#onClosed.add(act);
  }

  /** To be asked before each thing that is told. @throws BlobgraphError why it has ended */
  assertOpen(): void {
    if (!this.#reason && this.#until && this.#clock.now() >= this.#until) this.end(tokenExpired());
    if (this.#reason) throw this.#reason;
  }

  end(reason: BlobgraphError): void {
    if (this.#reason) return;
    this.#reason = reason;
    for (const act of [...this.#onEnded]) act(reason);
    this.close();
  }

  close(): void {
    this.#callOff();
    for (const act of this.#onClosed) act();
    this.#onClosed.clear();
  }

  /** Has it end then. */
  protected last(until: Date): void {
    this.#until = until;
    this.#callOff();
    this.#callOff = alarmAt(until, this.#clock, () => this.end(tokenExpired()));
  }
}
