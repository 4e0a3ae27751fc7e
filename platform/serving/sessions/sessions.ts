import { type ChangeFeed, watchedBy } from '../../changes/feed.ts';
import { Few } from '../../collections/few.ts';
import { BlobgraphError } from '../../errors/errors.ts';
import type { Viewer } from '../../identity/service/caller.ts';
import { Alarms } from '../../time/alarms.ts';
import { Rounds } from '../../time/rounds.ts';
import { bearerToken } from '../access/authenticate.ts';
import { TimedSession, tokenExpired } from '../connections/session.ts';
import { OpenSession, type TokenKeeper } from './open-session.ts';

export interface SessionsOptions extends Pick<TokenKeeper, 'userTokens' | 'clock'> {
  /** Between two looks at the token of an open session. Default: 5 min, as long as the issuer's keys are kept. */
  readonly lookEveryMs?: number;
}

const LOOK_EVERY_MS = 300_000;

const erasing = () =>
  new BlobgraphError(
    'USER_ERASING',
    'All data of this user is being erased. Nothing is told until that is done.',
  );

/** The sessions of connections that stay open. Those of a user who is being erased end at once, and none begins. */
export class Sessions {
  readonly #keeper: TokenKeeper;
  readonly #looks: Rounds<OpenSession>;
  readonly #open = new Map<string, Few<TimedSession>>();
  /** Users who are being erased, as far as the log has told. */
  readonly #erasing = new Set<string>();
  readonly #watched = watchedBy({
    changed() {},
    // State tells of it again, as long as it is at it.
    missed: () => this.#erasing.clear(),
    user: ({ kind, userId }) => {
      if (kind === 'erased') this.#erasing.delete(userId);
      else this.#erase(userId);
    },
  });

  constructor(options: SessionsOptions) {
    const { userTokens, clock, lookEveryMs = LOOK_EVERY_MS } = options;
    const alarms = new Alarms<TimedSession>(clock, (session) => session.end(tokenExpired()));
    this.#keeper = { userTokens, clock, alarms, closed: (session) => this.#closed(session) };
    this.#looks = new Rounds(lookEveryMs, (session) => void session.look());
  }

  /** Opens that of a connection whose token was verified. It is to be closed. @throws BlobgraphError USER_ERASING */
  open(viewer: Viewer, authorization: unknown): OpenSession {
    this.#assertMayOpen(viewer);
    const session = this.#entered(new OpenSession(viewer, bearerToken(authorization), this.#keeper));
    this.#looks.add(session);
    return session;
  }

  /**
   * Opens that of a connection that a service keeps for its user, by its own identity: it lasts as long as the connection. It is to be
   * closed. @throws BlobgraphError USER_ERASING
   */
  openOfService(viewer: Viewer): TimedSession {
    this.#assertMayOpen(viewer);
    return this.#entered(new TimedSession(viewer.userId, undefined, this.#keeper));
  }

  #assertMayOpen({ userId }: Viewer): void {
    if (this.#erasing.has(userId)) throw erasing();
  }

  #entered<Session extends TimedSession>(session: Session): Session {
    const { userId } = session;
    const own = this.#open.get(userId) ?? new Few<TimedSession>();
    this.#open.set(userId, own.add(session));
    return session;
  }

  #closed(session: TimedSession): void {
    const own = this.#open.get(session.userId);
    own?.delete(session);
    if (own?.size === 0) this.#open.delete(session.userId);
    if (session instanceof OpenSession) this.#looks.delete(session);
  }

  /** Hears of users from this feed, by which whoever follows changes comes. @throws as `changeFeed` */
  async watching(changeFeed: () => Promise<ChangeFeed>): Promise<ChangeFeed> {
    return this.#watched.watch(await changeFeed());
  }

  unwatch(): void {
    this.#watched.unwatch();
  }

  #erase(userId: string): void {
    this.#erasing.add(userId);
    for (const session of [...(this.#open.get(userId) ?? [])]) session.end(erasing());
  }
}
