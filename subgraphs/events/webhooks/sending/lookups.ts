import type { LookupAddress, LookupOptions, lookup } from 'node:dns';
import { lookup as lookUp, Resolver } from 'node:dns/promises';
import { isIPv6 } from 'node:net';
import type { HostPattern } from '../../../../platform/egress/hosts.ts';

/** All addresses of a host; none where it is not found. */
export type Resolve = (host: string) => Promise<readonly string[]>;

/** As `dns.lookup` is asked by connections: for all addresses. */
export type Lookup = typeof lookup;

const DNS = { timeout: 2_000, tries: 2 };

const isOfThisMachine = (host: string): boolean => /(^|\.)localhost\.?$/i.test(host);

/**
 * Asks DNS itself: the system's own look-ups take a thread of few for as long as a name server does not answer, and users
 * name the hosts. Those that the operator names may be known to the system alone.
 */
export function resolving(named: readonly HostPattern[]): Resolve {
  const resolver = new Resolver(DNS);
  return async (host) => {
    if (named.some(({ name, wildcard }) => !wildcard && name === host))
      return (await lookUp(host, { all: true })).map(({ address }) => address);
    if (isOfThisMachine(host)) return ['127.0.0.1', '::1'];
    const answers = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)]);
    return answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
  };
}

type Answered = (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void;

/** The same for connections. */
export const lookupBy = (resolve: Resolve): Lookup =>
  ((host: string, _options: LookupOptions, callback: Answered) => {
    resolve(host).then(
      (found) => {
        const addresses = found.map((address) => ({ address, family: isIPv6(address) ? 6 : 4 }));
        const error = Object.assign(new Error(`${host} was not found`), { code: 'ENOTFOUND' });
        callback(found.length === 0 ? error : null, addresses);
      },
      (error: NodeJS.ErrnoException) => callback(error, []),
    );
  }) as unknown as Lookup;
