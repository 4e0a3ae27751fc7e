import type { FastifyReply } from 'fastify';

/** For a client that reads slowly, or an owner that sends slowly: until then it holds a connection and its user's turn. */
const LONGEST_MS = 600_000;

/** Calls `act` once, when the answer is sent or its client is gone; at once where that has happened already. */
export function onceClosed({ raw }: FastifyReply, act: () => void): void {
  if (raw.destroyed) act();
  else raw.once('close', act);
}

/** Aborts when the client is gone, or takes longer than `longestMs`; null: as long as it likes. Default: ten minutes. */
export function whileOpen(reply: FastifyReply, longestMs: number | null = LONGEST_MS): AbortSignal {
  const ended = new AbortController();
  const tooSlow = longestMs === null ? undefined : setTimeout(() => ended.abort(), longestMs);
  onceClosed(reply, () => {
    clearTimeout(tooSlow);
    ended.abort();
  });
  return ended.signal;
}
