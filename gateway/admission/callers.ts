import type { FastifyInstance, FastifyRequest } from 'fastify';
import { LRUCache } from 'lru-cache';
import { BlobgraphError } from '../../platform/errors/errors.ts';
import type { Viewer } from '../../platform/identity/service/caller.ts';
import type { UserTokens } from '../../platform/identity/users/user-tokens.ts';
import { rateFields, secondsUntilNext } from '../../platform/rates/fields.ts';
import type { Rate, RateLimiter, Taken } from '../../platform/rates/rate.ts';
import { bearerToken } from '../../platform/serving/access/authenticate.ts';
import { createClientAddress, networkOf } from '../../platform/serving/doors/client-address.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Its caller's rate and what is left of it; null where requests are not counted. */
    counted: { readonly rate: Rate; readonly taken: Taken } | null;
  }
}

/** Authenticates callers and limits their rates. */
export interface Callers {
  /**
   * Authenticates the user of a request by its token, and counts the request.
   * @throws BlobgraphError UNAUTHENTICATED, RATE_LIMITED, SERVICE_UNAVAILABLE
   */
  ofRequest(request: FastifyRequest): Promise<Viewer>;
  /** Authenticates the user of a WebSocket connection by its token. @throws BlobgraphError as {@link ofRequest} */
  ofConnection(authorization: unknown, address: string): Promise<Viewer>;
  /** Counts an operation over WebSocket as a request of its user. @throws BlobgraphError RATE_LIMITED */
  count(viewer: Viewer): Promise<void>;
}

export interface CallersOptions {
  readonly userTokens: UserTokens;
  /** Limits the requests of each user. Default: no limit. */
  readonly requests: RateLimiter | undefined;
  /** Limits the requests without a valid token of each client address. Default: no limit. */
  readonly failures: RateLimiter | undefined;
  /** Proxies whose `X-Forwarded-For` is believed: addresses, or networks such as `10.0.0.0/8`. */
  readonly trustedProxies: readonly string[];
}

function tooMany({ quota }: Rate, what: string, taken: Taken): BlobgraphError {
  const message = `At most ${quota} ${what} per minute are accepted. Try again in ${secondsUntilNext(taken)} s.`;
  return new BlobgraphError('RATE_LIMITED', message);
}

const tooManyRequests = (rate: Rate, taken: Taken) => tooMany(rate, 'requests of one user', taken);

const tooManyFailures = (rate: Rate, taken: Taken) =>
  tooMany(rate, 'requests without a valid token from one address', taken);

const isUnauthenticated = (error: unknown): boolean =>
  error instanceof BlobgraphError && error.code === 'UNAUTHENTICATED';

/** How many recently valid tokens are remembered, and for how long. Each is verified all the same. */
const KNOWN = { max: 20_000, ttl: 3_600_000 };

/** The `RateLimit` fields of a request's answer. */
export const ratesTold = ({ counted }: FastifyRequest): Readonly<Record<string, string>> =>
  counted ? rateFields(counted.rate, counted.taken) : {};

/** Sends the `RateLimit` fields with each answer. Call it before adding routes. */
function sendRates(app: FastifyInstance): void {
  app.decorateRequest('counted', null);
  app.addHook('onSend', (request, reply, payload, done) => {
    if (request.counted) reply.headers(ratesTold(request));
    done(null, payload);
  });
}

type Verify = (authorization: unknown, address: string, note: (taken: Taken) => void) => Promise<Viewer>;

/**
 * Verifies tokens, unless their address has sent too many invalid ones. A recently valid token is verified in any case,
 * so that an attacker cannot lock out others behind the same address. `note` is called with the address's rate when it
 * is exceeded.
 */
function createVerify({ userTokens, failures }: Pick<CallersOptions, 'userTokens' | 'failures'>): Verify {
  const known = new LRUCache<string, true>(KNOWN);
  return async (authorization, address, note) => {
    const key = networkOf(address);
    const spent = failures?.isSpent(key);
    try {
      const token = bearerToken(authorization);
      if (failures && spent && !known.has(token)) {
        note(spent);
        throw tooManyFailures(failures.rate, spent);
      }
      const viewer = await userTokens.verify(token);
      known.set(token, true);
      return viewer;
    } catch (error) {
      if (!failures || !isUnauthenticated(error)) throw error;
      const taken = await failures.take(key);
      if (taken.isAllowed) throw error;
      note(taken);
      throw tooManyFailures(failures.rate, taken);
    }
  };
}

/** @param app whose answers get the `RateLimit` fields; call this before adding routes */
export function admitCallers(app: FastifyInstance, options: CallersOptions): Callers {
  const { requests, failures, trustedProxies } = options;
  const addressOf = createClientAddress(trustedProxies);
  const verify = createVerify(options);
  sendRates(app);

  return {
    async ofRequest(request) {
      const note = (limiter: RateLimiter | undefined, taken: Taken) => {
        if (limiter) request.counted = { rate: limiter.rate, taken };
      };
      const { authorization } = request.headers;
      const viewer = await verify(authorization, addressOf(request.raw), (taken) => note(failures, taken));
      if (!requests) return viewer;
      const taking = requests.take(viewer.userId);
      const taken = taking instanceof Promise ? await taking : taking;
      note(requests, taken);
      if (!taken.isAllowed) throw tooManyRequests(requests.rate, taken);
      return viewer;
    },
    ofConnection: (authorization, address) => verify(authorization, address, () => undefined),
    async count({ userId }) {
      if (!requests) return;
      const taken = await requests.take(userId);
      if (!taken.isAllowed) throw tooManyRequests(requests.rate, taken);
    },
  };
}
