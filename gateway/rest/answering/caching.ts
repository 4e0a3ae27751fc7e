import { hash } from 'node:crypto';
import type { FastifyReply } from 'fastify';
import { isKnown } from '../../../platform/files/answering.ts';
import { varyBy } from '../../../platform/serving/http/vary.ts';
import type { Caching } from '../routes/route.ts';

const CONTROL: Readonly<Record<Caching, string>> = {
  none: 'no-store',
  revalidate: 'private, no-cache',
  immutable: 'private, max-age=86400, immutable',
};

/** A strong ETag for an answer's text (RFC 9110, 8.8.3), before content coding. */
export const tagOf = (text: string): string => `"${hash('sha256', text, 'base64url')}"`;

/** Sends an answer with caching headers, or 304 when the client's copy is current. @param text JSON */
export function sendKept(reply: FastifyReply, text: string, caching: Caching): FastifyReply {
  reply.header('cache-control', CONTROL[caching]);
  varyBy(reply, 'authorization');
  if (caching !== 'none') {
    const tag = tagOf(text);
    reply.header('etag', tag);
    if (isKnown(reply.request.headers['if-none-match'], tag)) {
      reply.status(304);
      // For HEAD, Fastify computes `Content-Length` from the body, which must be the whole one (RFC 9110, 8.6).
      if (reply.request.method !== 'HEAD') return reply.send();
    }
  }
  return reply.type('application/json; charset=utf-8').send(text);
}
