import type { IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';
import type { Logger } from '../../telemetry/logger.ts';
import { createClientAddress, type TrustedProxies } from '../doors/client-address.ts';
import {
  Admission,
  type Counted,
  defaultSocketLimits,
  type Refusal,
  type SocketLimits,
} from './admission.ts';
import { HeldBytes } from './held-bytes.ts';

export interface OpenConnectionsOptions {
  /** Default: those of {@link defaultSocketLimits}. */
  readonly limits?: Partial<SocketLimits> | undefined;
  /** Default: none. */
  readonly trustedProxies?: TrustedProxies | undefined;
  readonly logger: Logger;
}

/** Open connections of a service, and the bytes kept for them. */
export interface ConnectionsOpen {
  /** Over WebSocket, and event streams. */
  readonly open: number;
  /** Of the open ones. */
  readonly unauthenticated: number;
  readonly heldBytes: number;
  /** Since the start, for too many of them in all or of one address. */
  readonly refused: number;
}

/** Refusals are logged at most once in this time. */
const TELL_EVERY_MS = 10_000;

const refusalMessage: Readonly<Record<Refusal, string>> = {
  address:
    'a connection was refused: too many from its address; if that is a proxy, name it in TRUSTED_PROXIES',
  sockets: 'a connection was refused: too many connections',
};

/**
 * Bounds that connections which stay open share, over every protocol: their number in all, of a user and of an address,
 * and the bytes that are held for their clients.
 */
export class OpenConnections {
  readonly limits: SocketLimits;
  readonly held: HeldBytes;
  /** A client's address, behind trusted proxies. */
  readonly addressOf: (request: IncomingMessage) => string;
  readonly #admission: Admission;
  readonly #logger: Logger;
  readonly #closings: (() => Promise<unknown>)[] = [];
  #refused = 0;
  #silentUntil = 0;

  constructor({ limits, trustedProxies = [], logger }: OpenConnectionsOptions) {
    this.limits = { ...defaultSocketLimits, ...limits };
    this.held = new HeldBytes(this.limits.heldBytes);
    this.addressOf = createClientAddress(trustedProxies);
    this.#admission = new Admission(this.limits);
    this.#logger = logger;
  }

  get usage(): ConnectionsOpen {
    return {
      open: this.#admission.sockets,
      unauthenticated: this.#admission.unauthenticated,
      heldBytes: this.held.total,
      refused: this.#refused,
    };
  }

  /** Whether one more may be opened from an address. Refusals are counted, and logged now and then. */
  refusalOf(address: string): Refusal | undefined {
    const refusal = this.#admission.refusalOf(address);
    if (refusal) this.#tell(refusal, address);
    return refusal;
  }

  /** Counts one that {@link refusalOf} let in, until `leave`. */
  enter(connection: Counted): void {
    this.#admission.enter(connection);
  }

  /** As {@link Admission.authenticated}. */
  authenticated(connection: Counted, user: string): boolean {
    return this.#admission.authenticated(connection, user);
  }

  leave(connection: Counted): void {
    this.#admission.leave(connection);
  }

  /** Has a service close what is open when it stops: all at once, since hooks one after another take longer than it has. */
  closeWith(app: FastifyInstance, close: () => Promise<unknown>): void {
    if (this.#closings.length === 0)
      app.addHook('preClose', async () => {
        await Promise.all(this.#closings.map((each) => each()));
      });
    this.#closings.push(close);
  }

  #tell(refusal: Refusal, address: string): void {
    this.#refused += 1;
    if (performance.now() < this.#silentUntil) return;
    this.#silentUntil = performance.now() + TELL_EVERY_MS;
    this.#logger.warn({ address, refused: this.#refused }, refusalMessage[refusal]);
  }
}
