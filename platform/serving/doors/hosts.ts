import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';
import type { FastifyInstance } from 'fastify';
import { BlobgraphError } from '../../errors.ts';

/** Whether a text is the name of a host, without a port. */
export const isHostName = (text: string): boolean =>
  /^[\w.-]{1,253}$/.test(text) && isIP(text) === 0 && domainToASCII(text) !== '';

/** Of a `Host` header, the name or address in lower case; empty when it is none. */
function nameOf(host: string): string {
  if (!URL.canParse(`http://${host}`)) return '';
  return new URL(`http://${host}`).hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '');
}

const isLoopbackName = (name: string): boolean => name === 'localhost' || name.endsWith('.localhost');

/** What is told without a token, and is not for pages of other sites. */
const GUARDED: ReadonlySet<string> = new Set(['/ready', '/metrics']);

/**
 * Answers `/ready` and `/metrics` only under a name of ours: a page of another site could have its own name lead here
 * and read them as its own (DNS rebinding). IP addresses, by which probes ask, and loopback's names are always ours.
 */
export function guardHosts(app: FastifyInstance, names: readonly string[]): void {
  const ours = new Set(names.map((name) => name.toLowerCase()));
  app.addHook('onRequest', async ({ headers: { host }, routeOptions }) => {
    // Before HTTP/1.1 there need not be one; no browser leaves it out.
    if (host === undefined || !GUARDED.has(routeOptions.url ?? '')) return;
    const name = nameOf(host);
    if (isIP(name) !== 0 || isLoopbackName(name) || ours.has(name)) return;
    const message = 'This is no name of the service: ask by its IP address, or name it in ALLOWED_HOSTS.';
    throw new BlobgraphError('FORBIDDEN', message);
  });
}
