import { type Agent, request } from 'undici';
import { type Egress, ForbiddenAddress, guardedAgent } from '../../../../platform/egress/guarded-agent.ts';
import type { Lookup } from './lookups.ts';

/** How a receiver answered. */
export interface Answered {
  /** Null where no answer came. */
  readonly status: number | null;
  /** Why this does not count as delivered, for the webhook's owner; null where it does. */
  readonly error: string | null;
  /** Milliseconds after which it wants to be asked again. */
  readonly retryAfterMs: number | null;
}

export interface Letter {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Breaks it off: its outcome is of no interest any more. */
  readonly signal: AbortSignal;
}

/** Sends webhooks. */
export interface Post {
  /** @throws the signal's reason alone */
  send(letter: Letter): Promise<Answered>;
  /** Breaks off what is under way. */
  close(): Promise<void>;
}

/** The answer says nothing that counts beside its status: of a longer body, the connection is cut. */
const MAX_BODY_BYTES = 16_384;
const MAX_HEADER_BYTES = 16_384;
/** Connections to one host. */
const CONNECTIONS = 4;

/** Milliseconds of the header `Retry-After`, in either of its forms (RFC 9110, 10.2.3). */
export function retryAfterMs(header: unknown, now: Date): number | null {
  if (typeof header !== 'string') return null;
  const text = header.trim();
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1_000;
  // Of its own accord, JavaScript takes much for a date.
  const date = /^[A-Z][a-z]{2}, /.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(date) ? null : Math.max(0, date - now.getTime());
}

const REASONS: Readonly<Record<string, string>> = {
  ENOTFOUND: 'The host was not found.',
  EAI_AGAIN: 'The host was not found.',
  ECONNREFUSED: 'The connection was refused.',
  ECONNRESET: 'The connection was cut.',
  UND_ERR_SOCKET: 'The connection was cut.',
  UND_ERR_CONNECT_TIMEOUT: 'No connection came about in time.',
  UND_ERR_HEADERS_OVERFLOW: 'The answer’s headers are too long.',
};

/** A failure in words for the webhook's owner: messages of ours and of certificates, and none with addresses inside. */
function reasonOf(error: unknown): string {
  if (error instanceof ForbiddenAddress) return 'The host is at an address to which nothing is sent.';
  const code = String((error as { code?: unknown } | null)?.code ?? '');
  if (REASONS[code]) return REASONS[code];
  if (/CERT|TLS|SSL|SIGNATURE/.test(code)) return `The certificate is not accepted (${code}).`;
  return 'No answer came.';
}

const answered = (status: number | null, error: string | null, afterMs: number | null = null): Answered => ({
  status,
  error,
  retryAfterMs: afterMs,
});

const REDIRECT = 'Redirects are not followed: register the address that it leads to.';

function judge(status: number, header: unknown): Answered {
  if (status >= 200 && status < 300) return answered(status, null);
  const error = status >= 300 && status < 400 ? REDIRECT : `The receiver answered ${status}.`;
  return answered(status, error, retryAfterMs(header, new Date()));
}

async function exchange(agent: Agent, letter: Letter, limitMs: number): Promise<Answered> {
  const timeout = AbortSignal.timeout(limitMs);
  try {
    const { statusCode, headers, body } = await request(letter.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'user-agent': 'Blobgraph-Webhooks', ...letter.headers },
      body: letter.body,
      dispatcher: agent,
      signal: AbortSignal.any([letter.signal, timeout]),
    });
    const outcome = judge(statusCode, headers['retry-after']);
    // Its status counts, whatever becomes of its body.
    await body.dump({ limit: MAX_BODY_BYTES }).catch(() => undefined);
    return outcome;
  } catch (error) {
    letter.signal.throwIfAborted();
    if (timeout.aborted) return answered(null, `No answer came within ${limitMs / 1_000} s.`);
    return answered(null, reasonOf(error));
  }
}

/** Sends to where `egress` lets it. A receiver has `timeoutMs` for all of its answer. */
export function openPost(deps: {
  readonly egress: Egress;
  readonly timeoutMs: number;
  readonly lookup: Lookup;
}): Post {
  const { egress, timeoutMs, lookup: resolve } = deps;
  const agent = guardedAgent(egress, {
    connectTimeout: timeoutMs,
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    maxHeaderSize: MAX_HEADER_BYTES,
    connections: CONNECTIONS,
    resolve,
  });
  return {
    send: (letter) => exchange(agent, letter, timeoutMs),
    close: () => agent.destroy(),
  };
}
