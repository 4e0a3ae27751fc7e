import type { IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { BlobgraphError } from '../../errors/errors.ts';

/** Parameters by which some clients send a token: addresses are logged, kept and told to others. */
const REFUSED: ReadonlySet<string> = new Set(['access_token', 'token', 'authorization']);

function parameterOf(url: string): string | undefined {
  const at = url.indexOf('?');
  if (at === -1) return undefined;
  for (const name of new URLSearchParams(url.slice(at + 1)).keys())
    if (REFUSED.has(name.toLowerCase())) return name.toLowerCase();
  return undefined;
}

/** Node takes the first of several `Authorization` headers, and a proxy before it maybe the last. */
const timesAuthorized = ({ rawHeaders }: IncomingMessage): number =>
  rawHeaders.filter((text, index) => index % 2 === 0 && text.toLowerCase() === 'authorization').length;

/** Why a request's credentials are refused unread; undefined when they are fine. Quotes none of them. */
export function credentialsRefusal(request: IncomingMessage): BlobgraphError | undefined {
  const field = parameterOf(request.url ?? '');
  if (field !== undefined) {
    const message = `A token does not belong into an address: send it as \`Authorization: Bearer …\`, without \`${field}\`.`;
    return new BlobgraphError('BAD_REQUEST', message, { field });
  }
  if (timesAuthorized(request) <= 1) return undefined;
  return new BlobgraphError('BAD_REQUEST', 'Send one `Authorization` header: there are several.', {
    field: 'authorization',
  });
}

/** Refuses tokens in addresses, and several tokens, before anything of the request is looked at. */
export function refuseStrayCredentials(app: FastifyInstance): void {
  app.addHook('onRequest', (request, _reply, done) => done(credentialsRefusal(request.raw)));
}
