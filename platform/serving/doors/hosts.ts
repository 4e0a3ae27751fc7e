import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';
import type { FastifyInstance } from 'fastify';
import { BlobgraphError } from '../../errors/errors.ts';

/** Whether a text is the name of a host, without a port. */
export const isHostName = (text: string): boolean =>
  /^[\w.-]{1,253}$/.test(text) && isIP(text) === 0 && domainToASCII(text) !== '';

/** Name or address in a `Host` header, in lower case; empty when it is malformed. */
function nameOf(host: string): string {
  if (!URL.canParse(`http://${host}`)) return '';
  return new URL(`http://${host}`).hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '');
}

const isLoopbackName = (name: string): boolean => name === 'localhost' || name.endsWith('.localhost');

/** Paths that need no token, and that pages of other sites must not read. */
const GUARDED: ReadonlySet<string> = new Set(['/ready', '/metrics']);

interface ServiceHosts {
  readonly allowedHosts: readonly string[];
  /** Where each service answers. */
  readonly urls: Readonly<Record<string, string>>;
}

/** The names that services may be asked by: `allowedHosts`, and those of their own addresses. */
export const namesOf = ({ allowedHosts, urls }: ServiceHosts): string[] => [
  ...allowedHosts,
  ...Object.values(urls).map((url) => new URL(url).hostname),
];

/** Tells whether a `Host` header is an address, loopback's name or one of these; before HTTP/1.1 there need not be one. */
export function createHostCheck(names: readonly string[]): (host: string | undefined) => boolean {
  const ours = new Set(names.map((name) => name.toLowerCase()));
  return (host) => {
    // No browser leaves it out.
    if (host === undefined) return true;
    const name = nameOf(host);
    return isIP(name) !== 0 || isLoopbackName(name) || ours.has(name);
  };
}

/**
 * Answers `/ready` and `/metrics` only under a name of ours: a page of another site could have its own name lead here
 * and read them as its own (DNS rebinding). IP addresses, by which probes ask, and loopback's names are always ours.
 */
export function guardHosts(app: FastifyInstance, names: readonly string[]): void {
  const isOurs = createHostCheck(names);
  app.addHook('onRequest', async ({ headers: { host }, routeOptions }) => {
    if (!GUARDED.has(routeOptions.url ?? '') || isOurs(host)) return;
    const message = 'This is no name of the service: ask by its IP address, or name it in ALLOWED_HOSTS.';
    throw new BlobgraphError('FORBIDDEN', message);
  });
}
