import type { ChangeFeed } from '../../platform/changes/feed.ts';
import { Few } from '../../platform/collections/few.ts';
import { BlobgraphError } from '../../platform/errors/errors.ts';
import type { Viewer } from '../../platform/identity/service/caller.ts';
import { bearerToken } from '../../platform/serving/access/authenticate.ts';
import { Rounds } from '../../platform/time/rounds.ts';
import { OpenSession, type SessionOptions } from './open-session.ts';

export interface SessionsOptions extends SessionOptions {
  /** Between two looks at the token of an open session. Default: 5 min, as long as the issuer's keys are kept. */
  readonly lookEveryMs?: number;
}

const LOOK_EVERY_MS = 300_000;

const erasing = () =>
  new BlobgraphError(
    'USER_ERASING',
    'All data of this user is being erased. Nothing is told until that is done.',
  );

const UNWATCHED = () => {};

/** The sessions of connections that stay open. Those of a user who is being erased end at once, and none begins. */
export class Sessions {
  readonly #options: SessionOptions;
  readonly #looks: Rounds<OpenSession>;
  readonly #open = new Map<string, Few<OpenSession>>();
  /** Users who are being erased, as far as the log has told. */
  readonly #erasing = new Set<string>();
  #stopWatching = UNWATCHED;
  #feed: ChangeFeed | undefined;

  constructor(options: SessionsOptions) {
    this.#options = options;
    const { lookEveryMs = LOOK_EVERY_MS } = options;
    this.#looks = new Rounds(lookEveryMs, (session) => void session.look());
  }

  /** Opens that of a connection whose token was verified. It is to be closed. @throws BlobgraphError USER_ERASING */
  open(viewer: Viewer, authorization: unknown): OpenSession {
    const { userId } = viewer;
    if (this.#erasing.has(userId)) throw erasing();
    const session = new OpenSession(viewer, bearerToken(authorization), this.#options);
    const own = this.#open.get(userId) ?? new Few<OpenSession>();
    this.#open.set(userId, own.add(session));
    this.#looks.add(session);
    session.onClosed(() => {
      this.#looks.delete(session);
      own.delete(session);
      if (own.size === 0 && this.#open.get(userId) === own) this.#open.delete(userId);
    });
    return session;
  }

  /** Hears of users from this feed, by which whoever follows changes comes. @throws as `changeFeed` */
  async watching(changeFeed: () => Promise<ChangeFeed>): Promise<ChangeFeed> {
    const feed = await changeFeed();
    if (this.#feed !== feed) this.#watch(feed);
    return feed;
  }

  unwatch(): void {
    this.#stopWatching();
    this.#stopWatching = UNWATCHED;
    this.#feed = undefined;
  }

  #watch(feed: ChangeFeed): void {
    this.unwatch();
    this.#feed = feed;
    this.#stopWatching = feed.watch({
      changed() {},
      // State tells of it again, as long as it is at it.
      missed: () => this.#erasing.clear(),
      user: ({ kind, userId }) => {
        if (kind === 'erased') this.#erasing.delete(userId);
        else this.#erase(userId);
      },
    });
  }

  #erase(userId: string): void {
    this.#erasing.add(userId);
    for (const session of [...(this.#open.get(userId) ?? [])]) session.end(erasing());
  }
}
