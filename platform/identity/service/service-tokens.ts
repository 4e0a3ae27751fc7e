import { LRUCache } from 'lru-cache';
import { BlobgraphError } from '../../errors/errors.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { Clock } from '../../time/clock.ts';
import type { Peers } from '../keys/peers.ts';
import type { PublishedKeys } from '../keys/published.ts';
import type { PublicJwk, ServiceKeys } from '../keys/service-keys.ts';
import { type Caller, digestOf, type Viewer } from './caller.ts';
import { isSameSecret, type SharedSecret } from './shared-secret.ts';
import { isSignedBy, readToken, type ServiceClaims, signToken } from './token.ts';

/** A call that a token is made for. */
export interface SignedCall {
  /** The called service's name. */
  readonly to: string;
  /** Where it answers. */
  readonly baseUrl: string;
  /** Method and route template, see {@link routeOf}. */
  readonly route: string;
  /** On whose behalf; null when the service asks for itself. */
  readonly viewer: Viewer | null;
  /** The one body that it is good for. Default: any. */
  readonly body?: string | undefined;
}

/** One service's identity: signs what it asks others, and checks what others ask it. */
export interface ServiceTokens {
  /** Its public keys, for others to know it by. @throws ConfigError when it has no usable key */
  published(): Promise<readonly PublicJwk[]>;
  /** A token for one called service, route and viewer; the same one for a minute, and good for as long. */
  sign(call: SignedCall): Promise<string>;
  /**
   * Who signed the token for a call of this service.
   * @param route of the request; null where there is no such path: then any
   * @throws BlobgraphError UNAUTHENTICATED; SERVICE_UNAVAILABLE when the caller's keys cannot be read
   */
  verify(token: string, route: string | null): Promise<Caller>;
  /** True when `secret` is the one that other routers show, compared in constant time. */
  isRouterSecret(secret: string): boolean;
}

const LIFETIME_SECONDS = 60;
/** Clocks of two machines may differ by this much, either way. */
const TOLERANCE_SECONDS = 90;
/** Memory for signed tokens, and as much again for verified ones. */
const CACHE_BYTES = 4 * 1024 * 1024;
/** Bytes that an entry takes beside its texts. */
const ENTRY_BYTES = 256;

/** `POST /users/:user_id/blobs` and any other name of a parameter in its place are the same route. */
export const routeOf = (method: string, template: string): string =>
  `${method === 'HEAD' ? 'GET' : method} ${template.replace(/:[^/]*/g, ':')}`;

export const unauthenticated = (cause?: unknown): BlobgraphError =>
  new BlobgraphError('UNAUTHENTICATED', 'A valid token is needed: send it as `Authorization: Bearer …`.', {
    cause,
  });

/** A token that was verified: for which route, and until when. */
interface Accepted {
  readonly caller: Caller;
  /** Null: any, of the form before there were routes. */
  readonly route: string | null;
  /** Milliseconds since 1970. */
  readonly until: number;
}

export interface ServiceTokensDependencies {
  /** The service's own name. */
  readonly service: string;
  /** Called once, and again after a failure. */
  readonly keys: () => Promise<ServiceKeys>;
  /** Keys of the others. */
  readonly others: PublishedKeys;
  /** Secrets that other routers show. */
  readonly routerSecrets: readonly string[];
  /** The form of the release before, while it is taken and spoken. Default: it is not. */
  readonly before?: { readonly shared: SharedSecret; readonly peers: Peers } | undefined;
  readonly clock: Clock;
  /** Told once of each service that signs in the form of the release before. */
  readonly logger: Pick<Logger, 'warn'>;
}

class OwnTokens implements ServiceTokens {
  readonly #deps: ServiceTokensDependencies;
  readonly #signed = new LRUCache<string, { readonly token: string; readonly until: number }>({
    maxSize: CACHE_BYTES,
    sizeCalculation: ({ token }, name) => ENTRY_BYTES + 2 * (token.length + name.length),
  });
  readonly #accepted = new LRUCache<string, Accepted>({
    maxSize: CACHE_BYTES,
    sizeCalculation: (_accepted, token) => ENTRY_BYTES + 4 * token.length,
  });
  readonly #warned = new Set<string>();
  #keys: Promise<ServiceKeys> | undefined;

  constructor(deps: ServiceTokensDependencies) {
    this.#deps = deps;
  }

  async published(): Promise<readonly PublicJwk[]> {
    return (await this.#own()).map(({ jwk }) => jwk);
  }

  async sign(call: SignedCall): Promise<string> {
    const { before, service } = this.#deps;
    const { to, route, viewer, baseUrl, body } = call;
    if (before && !(await before.peers.hasKeys(baseUrl))) return before.shared.sign({ service, viewer });
    const name = JSON.stringify([to, route, viewer?.userId, viewer?.roles]);
    // Waited for first: calls that are made at once share a token, too.
    const [key] = await this.#own();
    const known = body === undefined ? this.#signed.get(name) : undefined;
    if (known && this.#now() < known.until) return known.token;
    const iat = Math.floor(this.#now() / 1_000);
    const exp = iat + LIFETIME_SECONDS;
    const user = viewer ? { sub: viewer.userId, roles: viewer.roles } : {};
    const bound = body === undefined ? {} : { body: digestOf(body) };
    const token = signToken({ iss: service, aud: to, ...user, route, ...bound, iat, exp }, key);
    if (body === undefined) this.#signed.set(name, { token, until: exp * 1_000 });
    return token;
  }

  async verify(token: string, route: string | null): Promise<Caller> {
    const known = this.#accepted.get(token);
    const accepted = known && this.#now() < known.until ? known : await this.#check(token);
    const isForRoute = accepted.route === null || route === null || accepted.route === route;
    if (!isForRoute) throw unauthenticated(new Error(`The token is for ${accepted.route}, not ${route}`));
    return accepted.caller;
  }

  isRouterSecret(secret: string): boolean {
    // Each is compared, so that the time does not tell which one it was.
    return this.#deps.routerSecrets.map((own) => isSameSecret(secret, own)).includes(true);
  }

  #now(): number {
    return this.#deps.clock.now().getTime();
  }

  #own(): Promise<ServiceKeys> {
    this.#keys ??= this.#deps.keys().catch((error: unknown) => {
      this.#keys = undefined;
      throw error;
    });
    return this.#keys;
  }

  async #check(token: string): Promise<Accepted> {
    const accepted = (await this.#checkOwnForm(token)) ?? (await this.#checkFormBefore(token));
    // One that is good for a single body does not come again.
    if (accepted.caller.body === undefined) this.#accepted.set(token, accepted);
    return accepted;
  }

  /** Undefined when the token is of another form. */
  async #checkOwnForm(token: string): Promise<Accepted | undefined> {
    const read = readToken(token);
    if (!read) return undefined;
    const { claims, kid } = read;
    // Claims are checked first: verifying a signature costs more than all of them.
    this.#assertMeant(claims);
    const key = await this.#deps.others.find(claims.iss, kid);
    if (!key || !isSignedBy(read, key)) throw unauthenticated(new Error(`Not signed by ${claims.iss}`));
    const { iss, sub, roles = [], route, body, exp } = claims;
    const viewer = sub === undefined ? null : { userId: sub, roles };
    const bound = body === undefined ? {} : { body };
    return { caller: { service: iss, viewer, ...bound }, route, until: (exp + TOLERANCE_SECONDS) * 1_000 };
  }

  #assertMeant({ aud, iat, exp }: ServiceClaims): void {
    const now = this.#now() / 1_000;
    const isTimely = iat <= now + TOLERANCE_SECONDS && now < exp + TOLERANCE_SECONDS;
    if (aud !== this.#deps.service) throw unauthenticated(new Error(`The token is for ${aud}`));
    if (!isTimely || exp - iat > LIFETIME_SECONDS) {
      throw unauthenticated(new Error('The token has expired, is not valid yet or lasts too long'));
    }
  }

  async #checkFormBefore(token: string): Promise<Accepted> {
    const { before, logger } = this.#deps;
    if (!before) throw unauthenticated(new Error('The token does not have the form of a service’s token'));
    const { claims: caller, until } = await before.shared.verify(token).catch((error: unknown) => {
      throw unauthenticated(error);
    });
    if (!this.#warned.has(caller.service) && this.#warned.size < 100) {
      this.#warned.add(caller.service);
      const message = 'a service signs with SERVICE_SECRET; unset it everywhere once all are of this release';
      logger.warn({ caller: caller.service }, message);
    }
    return { caller, route: null, until: until.getTime() };
  }
}

/** A service's identity. */
export const createServiceTokens = (deps: ServiceTokensDependencies): ServiceTokens => new OwnTokens(deps);
