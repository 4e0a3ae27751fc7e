import type { FastifyReply } from 'fastify';

/** For a client that reads slowly, or an owner that sends slowly: until then it holds a connection and its user's turn. */
const LONGEST_MS = 600_000;

/** Aborts when the client is gone, or takes longer than ten minutes. */
export function whileOpen(reply: FastifyReply): AbortSignal {
  const ended = new AbortController();
  const tooSlow = setTimeout(() => ended.abort(), LONGEST_MS);
  reply.raw.once('close', () => {
    clearTimeout(tooSlow);
    ended.abort();
  });
  return ended.signal;
}
