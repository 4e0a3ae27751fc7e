import type { KeyObject } from 'node:crypto';
import { BlobgraphError } from '../../errors/errors.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { Clock } from '../../time/clock.ts';
import { withoutDeadline } from '../../time/deadline.ts';
import { publicKeyOf, type SigningKey, thumbprintOf } from './service-keys.ts';

/** A public key and the service whose it is. */
export interface OwnedKey {
  readonly service: string;
  /** 32 bytes in base64url. */
  readonly x: string;
}

/** The public keys by which services are known. */
export interface PublishedKeys {
  /**
   * A service's key; undefined when it has none of this thumbprint.
   * @throws BlobgraphError SERVICE_UNAVAILABLE when its keys cannot be read
   */
  find(service: string, kid: string): Promise<KeyObject | undefined>;
}

/** A source is asked no more often, whoever names keys that it does not have. */
const ASKED_AGAIN_AFTER_MS = 1_000;
/** A key that its service withdraws is good for no longer, as long as the service answers. */
const FRESH_MS = 300_000;

/** The keys of one source: read when first needed, again for a key that is new, and behind when they are old. */
class KeySource {
  readonly #load: () => Promise<readonly OwnedKey[]>;
  readonly #clock: Clock;
  readonly #logger: Pick<Logger, 'warn'>;
  #keys: ReadonlyMap<string, KeyObject> = new Map();
  #askedAt = Number.NEGATIVE_INFINITY;
  #failure: unknown;
  #running: Promise<void> | undefined;

  constructor(deps: {
    load: () => Promise<readonly OwnedKey[]>;
    clock: Clock;
    logger: Pick<Logger, 'warn'>;
  }) {
    this.#load = deps.load;
    this.#clock = deps.clock;
    this.#logger = deps.logger;
  }

  async find(service: string, kid: string): Promise<KeyObject | undefined> {
    const name = `${service} ${kid}`;
    const known = this.#keys.get(name);
    if (known) {
      if (this.#age() > FRESH_MS) void this.#renew();
      return known;
    }
    if (this.#running || this.#age() >= ASKED_AGAIN_AFTER_MS) await this.#renew();
    const found = this.#keys.get(name);
    if (!found && this.#failure) {
      const message = 'The caller’s keys cannot be read now. Try again later.';
      throw new BlobgraphError('SERVICE_UNAVAILABLE', message, { cause: this.#failure });
    }
    return found;
  }

  #age(): number {
    return this.#clock.now().getTime() - this.#askedAt;
  }

  #renew(): Promise<void> {
    this.#running ??= withoutDeadline(() => this.#read()).finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #read(): Promise<void> {
    this.#askedAt = this.#clock.now().getTime();
    try {
      const keys = await this.#load();
      this.#keys = new Map(
        keys.map(({ service, x }) => [`${service} ${thumbprintOf(x)}`, publicKeyOf(x)] as const),
      );
      this.#failure = undefined;
    } catch (error) {
      // Known keys stay: a service whose keys cannot be read now may still be the caller.
      this.#failure = error;
      this.#logger.warn({ err: error }, 'reading the keys of a service failed; retrying when needed');
    }
  }
}

/** Reads the keys of processors that are registered with them. */
export type RegisteredKeys = () => Promise<readonly OwnedKey[]>;

/** Keys of the services in this process: nobody has to be asked for them. */
export class LocalKeys {
  readonly #keys = new Map<string, KeyObject>();

  add(service: string, keys: readonly SigningKey[]): void {
    for (const { kid, publicKey } of keys) this.#keys.set(`${service} ${kid}`, publicKey);
  }

  find(service: string, kid: string): KeyObject | undefined {
    return this.#keys.get(`${service} ${kid}`);
  }
}

export interface PublishedKeysDependencies {
  readonly local: LocalKeys;
  /** Where each service of the environment answers: the only addresses that are asked for keys. */
  readonly urls: Readonly<Record<string, string>>;
  /** The keys published at such an address, by `x`. */
  readonly fetch: (baseUrl: string) => Promise<readonly string[]>;
  /** The keys of processors that the environment does not name, as they are registered. Default: there are none. */
  readonly registered?: RegisteredKeys | undefined;
  readonly clock: Clock;
  /** Told when a service's keys cannot be read. */
  readonly logger: Pick<Logger, 'warn'>;
}

/** Finds keys in this process, and asks other services for theirs. */
export class KeyDirectory implements PublishedKeys {
  readonly #deps: PublishedKeysDependencies;
  readonly #sources = new Map<string, KeySource>();

  constructor(deps: PublishedKeysDependencies) {
    this.#deps = deps;
  }

  async find(service: string, kid: string): Promise<KeyObject | undefined> {
    return this.#deps.local.find(service, kid) ?? this.#sourceOf(service)?.find(service, kid);
  }

  #sourceOf(service: string): KeySource | undefined {
    const { urls, fetch, registered, clock, logger } = this.#deps;
    const baseUrl = Object.hasOwn(urls, service) ? urls[service] : undefined;
    const load =
      baseUrl === undefined ? registered : async () => (await fetch(baseUrl)).map((x) => ({ service, x }));
    if (!load) return undefined;
    // Names that the environment does not know share one source: there are as many of them as strangers think of.
    const place = baseUrl === undefined ? '' : service;
    const source = this.#sources.get(place) ?? new KeySource({ load, clock, logger });
    this.#sources.set(place, source);
    return source;
  }
}
