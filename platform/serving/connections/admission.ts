import { Few } from '../../collections/few.ts';
import { BlobgraphError } from '../../errors/errors.ts';

/** How many connections over WebSocket one service keeps open. */
export interface SocketLimits {
  /** In all. Default: 5,000. */
  readonly sockets: number;
  /** Connections that are not authenticated yet. Default: 500. */
  readonly unauthenticated: number;
  /** Connections of one user. Default: 100. */
  readonly perUser: number;
  /** Connections of one address. Default: 1,000. 0: no limit. */
  readonly perAddress: number;
  /** Bytes kept for all of them: what was not read, and messages that have not come whole. Default: 256 MiB. */
  readonly heldBytes: number;
}

export const defaultSocketLimits: SocketLimits = {
  sockets: 5_000,
  unauthenticated: 500,
  perUser: 100,
  perAddress: 1_000,
  heldBytes: 256 * 1024 * 1024,
};

/** A connection, for counting. */
export interface Counted {
  /** The client's, behind trusted proxies. */
  readonly address: string;
  /** Ends it, since others of its address wait as long as it does. */
  giveWay(): void;
}

/** Why a connection is refused. */
export type Refusal = 'sockets' | 'address';

/** The refusal as an error. `user`: that one has as many as may be. */
export function tooManyConnections(refusal: Refusal | 'user'): BlobgraphError {
  if (refusal === 'sockets')
    return new BlobgraphError('OVERLOADED', 'Too many connections are open here. Try again later.');
  const whose = refusal === 'user' ? 'This user' : 'This address';
  return new BlobgraphError('RATE_LIMITED', `${whose} has too many connections open: close one.`);
}

/** Things by key, none of which is empty. */
class Groups<Member extends object> {
  readonly #groups = new Map<string, Few<Member>>();

  sizeOf(key: string): number {
    return this.#groups.get(key)?.size ?? 0;
  }

  add(key: string, member: Member): void {
    const group = this.#groups.get(key) ?? new Few<Member>();
    this.#groups.set(key, group.add(member));
  }

  delete(key: string, member: Member): void {
    const group = this.#groups.get(key);
    group?.delete(member);
    if (group?.size === 0) this.#groups.delete(key);
  }

  /** The oldest member of the largest group. */
  oldestOfLargest(): Member | undefined {
    let largest: Few<Member> | undefined;
    for (const group of this.#groups.values()) if (!largest || group.size > largest.size) largest = group;
    return largest?.[Symbol.iterator]().next().value;
  }
}

/**
 * Counts a service's connections. Where too many have not said who they are, room is made by the one that has waited
 * longest of the address that has most of them: whoever says it at once is let in however many others do not.
 */
export class Admission {
  readonly #limits: SocketLimits;
  readonly #open = new Groups<Counted>();
  readonly #waiting = new Groups<Counted>();
  readonly #users = new Groups<Counted>();
  /** All connections, each with its user once that is known. */
  readonly #members = new Map<Counted, string | undefined>();
  #unauthenticated = 0;

  constructor(limits: SocketLimits) {
    this.#limits = limits;
  }

  get sockets(): number {
    return this.#members.size;
  }

  get unauthenticated(): number {
    return this.#unauthenticated;
  }

  /** Whether one more may be opened from an address. */
  refusalOf(address: string): Refusal | undefined {
    const { sockets, perAddress } = this.#limits;
    if (perAddress > 0 && this.#open.sizeOf(address) >= perAddress) return 'address';
    // While some have not said who they are, room can be made.
    if (this.sockets >= sockets && this.#unauthenticated === 0) return 'sockets';
    return undefined;
  }

  /** Counts one that {@link refusalOf} let in. */
  enter(connection: Counted): void {
    const { sockets, unauthenticated } = this.#limits;
    if (this.#unauthenticated >= unauthenticated || this.sockets >= sockets) this.#makeRoom();
    this.#unauthenticated += 1;
    this.#members.set(connection, undefined);
    this.#open.add(connection.address, connection);
    this.#waiting.add(connection.address, connection);
  }

  /** Notes whose a connection is; false when that user has as many as may be, or it has been left. */
  authenticated(connection: Counted, user: string): boolean {
    if (!this.#members.has(connection) || this.#users.sizeOf(user) >= this.#limits.perUser) return false;
    this.#unauthenticated -= 1;
    this.#waiting.delete(connection.address, connection);
    this.#users.add(user, connection);
    this.#members.set(connection, user);
    return true;
  }

  leave(connection: Counted): void {
    const user = this.#members.get(connection);
    if (!this.#members.delete(connection)) return;
    this.#open.delete(connection.address, connection);
    if (user !== undefined) this.#users.delete(user, connection);
    else {
      this.#unauthenticated -= 1;
      this.#waiting.delete(connection.address, connection);
    }
  }

  #makeRoom(): void {
    const oldest = this.#waiting.oldestOfLargest();
    if (!oldest) return;
    this.leave(oldest);
    oldest.giveWay();
  }
}
