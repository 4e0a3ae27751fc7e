import type { FastifyReply } from 'fastify';

/** Adds a header that the answer depends on. */
export function varyBy(reply: FastifyReply, name: string): FastifyReply {
  const before = reply.getHeader('vary');
  return reply.header('vary', before === undefined ? name : `${before}, ${name}`);
}
