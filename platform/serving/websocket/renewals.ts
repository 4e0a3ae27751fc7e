import { BlobgraphError, type ErrorCode, isPassing } from '../../errors/errors.ts';
import { isObject } from '../../json/is-object.ts';
import { grant } from '../../rates/gcra.ts';
import type { Clock } from '../../time/clock.ts';
import type { ConnectionSession, RenewableSession } from '../connections/session.ts';
import type { Connection } from './connection.ts';
import { credentialsOf } from './credentials.ts';

/** Tokens that one connection may have checked: an issuer's tokens last for minutes at least. */
const RATE = { quota: 6, windowMs: 60_000 };

const tooMany = () =>
  new BlobgraphError(
    'RATE_LIMITED',
    `A connection may send ${RATE.quota} tokens a minute. This one was not looked at.`,
  );

/** The payload of the `pong` after a `ping` with a token. */
interface Told {
  /** When the session ends, unless it is renewed. */
  readonly until: string;
  /** Why the token was not taken for now: the session goes on with the one before. */
  readonly code?: ErrorCode;
  readonly message?: string;
}

/** A failure that says nothing of the token. */
const saysNothing = (error: BlobgraphError): boolean => isPassing(error) || error.code === 'RATE_LIMITED';

/** Answers one connection's messages `ping`. One with a token, in the members of `connection_init`, renews its session. */
export class Renewals {
  readonly #connection: Pick<Connection, 'send' | 'pong'>;
  readonly #session: () => ConnectionSession | RenewableSession | undefined;
  readonly #clock: Clock;
  #fullAt: number | undefined;

  constructor(deps: {
    connection: Pick<Connection, 'send' | 'pong'>;
    /** Undefined until it is let in. */
    session: () => ConnectionSession | RenewableSession | undefined;
    clock: Clock;
  }) {
    this.#connection = deps.connection;
    this.#session = deps.session;
    this.#clock = deps.clock;
  }

  /** A token that is not good, or another user's, ends the session. @throws what is no BlobgraphError */
  async answer(payload: unknown): Promise<void> {
    const session = this.#session();
    if (!session || !('renew' in session) || !isObject(payload)) return this.#connection.pong();
    try {
      const { authorization } = credentialsOf({}, payload);
      if (authorization === undefined) return await this.#connection.pong();
      if (!this.#mayAsk()) return await this.#connection.pong(pongOf(session, tooMany()));
      await session.renew(authorization);
      await this.#connection.send(pongOf(session));
    } catch (error) {
      if (!(error instanceof BlobgraphError)) throw error;
      if (!saysNothing(error)) return session.end(error);
      await this.#connection.send(pongOf(session, error));
    }
  }

  #mayAsk(): boolean {
    const { granted, fullAt } = grant(RATE, this.#fullAt, this.#clock.now().getTime());
    this.#fullAt = fullAt;
    return granted > 0;
  }
}

function pongOf({ until }: RenewableSession, error?: BlobgraphError): string {
  const told: Told = {
    until: until.toISOString(),
    ...(error && { code: error.code, message: error.message }),
  };
  return JSON.stringify({ type: 'pong', payload: told });
}
