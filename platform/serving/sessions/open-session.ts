import { Few } from '../../collections/few.ts';
import { BlobgraphError } from '../../errors/errors.ts';
import type { Viewer } from '../../identity/service/caller.ts';
import type { UserTokens } from '../../identity/users/user-tokens.ts';
import { bearerToken } from '../access/authenticate.ts';
import { type RenewableSession, type SessionKeeper, TimedSession } from '../connections/session.ts';

/** Who has sessions that tokens open. */
export interface TokenKeeper extends SessionKeeper {
  readonly userTokens: Pick<UserTokens, 'verify' | 'acceptedUntil'>;
}

const another = () => new BlobgraphError('FORBIDDEN', 'The token is another user’s: connect anew with that.');

const sameRoles = (one: Viewer, other: Viewer): boolean =>
  JSON.stringify(one.roles) === JSON.stringify(other.roles);

/** The session of one connection: for whom it is, by its newest token, until that ends, or is good no more. */
export class OpenSession extends TimedSession {
  readonly #keeper: TokenKeeper;
  readonly #onOtherRoles = new Few<() => void>();
  #viewer: Viewer;
  #token: string;

  constructor(viewer: Viewer, token: string, keeper: TokenKeeper) {
    super(viewer.userId, keeper.userTokens.acceptedUntil(token), keeper);
    this.#viewer = viewer;
    this.#token = token;
    this.#keeper = keeper;
  }

  /** As of the newest token. */
  get viewer(): Viewer {
    return this.#viewer;
  }

  get until(): Date {
    return this.#keeper.userTokens.acceptedUntil(this.#token);
  }

  /** Acts when another token has given it other roles. @returns a function that calls that off */
  onOtherRoles(act: () => void): () => void {
    this.#onOtherRoles.add(act);
    return () => void this.#onOtherRoles.delete(act);
  }

  /**
   * Goes on with another token, whose viewer this is.
   * @throws BlobgraphError FORBIDDEN for another user's; why it has ended
   */
  goOn(viewer: Viewer, authorization: unknown): void {
    if (viewer.userId !== this.userId) throw another();
    this.assertOpen();
    const before = this.#viewer;
    this.#viewer = viewer;
    this.#token = bearerToken(authorization);
    this.last(this.until);
    if (!sameRoles(before, viewer)) for (const act of [...this.#onOtherRoles]) act();
  }

  /** Ends it where the token is no longer good: its key may have been withdrawn. A failure that says nothing of it is passed over. */
  async look(): Promise<void> {
    const token = this.#token;
    try {
      await this.#keeper.userTokens.verify(token);
    } catch (error) {
      const isRefusal = error instanceof BlobgraphError && error.code !== 'SERVICE_UNAVAILABLE';
      if (isRefusal && token === this.#token) this.end(error);
    }
  }
}

/** A session that its client renews. */
class Renewable implements RenewableSession {
  readonly #session: OpenSession;
  readonly #verify: (authorization: unknown) => Promise<Viewer>;

  constructor(session: OpenSession, verify: (authorization: unknown) => Promise<Viewer>) {
    this.#session = session;
    this.#verify = verify;
  }

  get userId(): string {
    return this.#session.userId;
  }

  get until(): Date {
    return this.#session.until;
  }

  onEnded(act: (reason: BlobgraphError) => void): () => void {
    return this.#session.onEnded(act);
  }

  end(reason: BlobgraphError): void {
    this.#session.end(reason);
  }

  close(): void {
    this.#session.close();
  }

  async renew(authorization: unknown): Promise<void> {
    this.#session.goOn(await this.#verify(authorization), authorization);
  }
}

/** `verify`: verifies another token. */
export const renewable = (
  session: OpenSession,
  verify: (authorization: unknown) => Promise<Viewer>,
): RenewableSession => new Renewable(session, verify);
