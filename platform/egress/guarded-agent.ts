import { type LookupAddress, type LookupOptions, lookup as lookUp } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { Agent, buildConnector } from 'undici';
import { kindOfAddress } from './addresses.ts';
import { exactPattern, type HostPattern, patternFor } from './hosts.ts';

/** An address at which nothing is called. */
export class ForbiddenAddress extends Error {
  override readonly name = 'ForbiddenAddress';
  readonly code = 'ERR_FORBIDDEN_ADDRESS';
}

/** Where registered processors may answer. */
export interface Egress {
  /** Null when a URL may be called, as far as its text tells; else why not, to follow the field's name. */
  refusal(url: string): string | null;
  /** Whether an address that such a URL's host has may be connected to. */
  mayConnect(url: URL, address: string): boolean;
}

/** `production`: only hosts that are named, in `hosts` or as a service's own; else any. */
export function createEgress(deps: {
  production: boolean;
  hosts?: readonly HostPattern[] | undefined;
  /** Where the services of the environment answer. */
  urls: Readonly<Record<string, string>>;
}): Egress {
  const { production, hosts = [], urls } = deps;
  const named = [...hosts, ...Object.values(urls).map(exactPattern)];
  return {
    refusal(text) {
      const url = new URL(text);
      const literal = url.hostname.replace(/^\[|\]$/g, '');
      if (production && !patternFor(url, named)) return 'must be at a host that PROCESSOR_HOSTS names';
      if (isIP(literal) !== 0 && !this.mayConnect(url, literal))
        return 'must not be at an address of this kind (link-local, metadata, unspecified or multicast)';
      return null;
    },
    mayConnect(url, address) {
      const kind = kindOfAddress(address);
      if (kind !== 'private') return kind === 'public';
      // The owner of a domain may point its names anywhere: only a host that is listed by its full name may be internal.
      return !production || patternFor(url, named)?.wildcard === false;
    },
  };
}

const refused = (host: string) => new ForbiddenAddress(`${host} leads to an address that is never called`);

type Answered = (
  error: NodeJS.ErrnoException | null,
  address: string | LookupAddress[],
  family?: number,
) => void;

/** Resolves a host once, for the check and the connection alike; one forbidden address among several is enough. */
const guardedLookup =
  (mayConnect: (address: string) => boolean, resolve: typeof lookUp): LookupFunction =>
  (host, options: LookupOptions, callback: Answered) => {
    resolve(host, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, []);
      if (addresses.length === 0 || !addresses.every(({ address }) => mayConnect(address)))
        return callback(refused(host), []);
      const [first] = addresses;
      if (options.all || !first) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };

/**
 * An agent whose connections go where `egress` lets them: it looks at the addresses that the name has when the
 * connection is made, and once more at the one that answered. Redirects are not followed.
 */
export function guardedAgent(
  egress: Egress,
  {
    connectTimeout,
    resolve = lookUp,
    ...options
  }: Agent.Options & { connectTimeout?: number; resolve?: typeof lookUp },
): Agent {
  const connect: buildConnector.connector = (target, callback) => {
    const url = new URL(`${target.protocol}//${target.host ?? target.hostname}`);
    const mayConnect = (address: string) => egress.mayConnect(url, address);
    const literal = target.hostname.replace(/^\[|\]$/g, '');
    const text = egress.refusal(url.origin);
    if (text !== null) return callback(new ForbiddenAddress(`${url.host} ${text}`), null);
    if (isIP(literal) !== 0 && !mayConnect(literal)) return callback(refused(url.host), null);
    const connector = buildConnector({
      ...(connectTimeout === undefined ? {} : { timeout: connectTimeout }),
      lookup: guardedLookup(mayConnect, resolve),
    });
    connector(target, (...result) => {
      const [error, socket] = result;
      if (error || !socket) return callback(error ?? new Error('There is no connection'), null);
      if (mayConnect(socket.remoteAddress ?? '')) return callback(null, socket);
      socket.destroy();
      return callback(refused(url.host), null);
    });
  };
  return new Agent({ ...options, connect });
}
