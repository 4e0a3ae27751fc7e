import { isObject } from '../../../platform/json/is-object.ts';
import { beginning, oneLine } from '../../../platform/text/text.ts';
import type { Finding } from './decide.ts';

/** An answer, read to its end. */
export interface Answer {
  readonly status: number;
  /** Null when it was longer than any that is read. */
  readonly text: string | null;
  readonly latencyMs: number;
}

/** UTF-16 units of a strange server's words that operators are shown, in a line. */
const MAX_SHOWN = 200;
const shown = (text: string): string => beginning(oneLine(text), MAX_SHOWN);

/** Names that servers have for a health that lacks nothing. */
const WELL: ReadonlySet<string> = new Set(['ok', 'up', 'healthy', 'pass', 'ready']);
const isWell = (status: string): boolean => WELL.has(status.toLowerCase());

const down = (reason: string, latencyMs: number | null = null): Finding => ({
  status: 'down',
  latencyMs,
  reason,
});

const isGood = (status: number): boolean => status >= 200 && status < 300;

function objectIn(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}

/**
 * Reads the answer to a health check of processor `id`. The contract asks for 200 alone; but who says that it is another
 * service, or sends a page or a file, is not this processor.
 */
export function readHealth({ status: code, text, latencyMs }: Answer, id: string): Finding {
  if (!isGood(code)) return down(`Its health check answers ${code}.`, latencyMs);
  if (text === null) return down('Its health check answers with more than 64 KiB.', latencyMs);
  if (text.trimStart().startsWith('<')) return down('Its health check answers with a web page.', latencyMs);
  const { service, status } = objectIn(text) ?? {};
  if (typeof service === 'string' && service !== id)
    return down(`At its address answers \`${shown(service)}\`.`, latencyMs);
  if (typeof status !== 'string' || isWell(status)) return { status: 'up', latencyMs, reason: null };
  return { status: 'degraded', latencyMs, reason: `Its health check says \`${shown(status)}\`.` };
}

/** A check's state in words. Anything may be sent as one, such as an object that is no text. */
const saidBy = (state: unknown): string => (typeof state === 'string' ? state : JSON.stringify(state));

/** Its checks that are not `ok`, e.g. `store unreachable`. */
const lackingIn = (checks: unknown): string =>
  isObject(checks)
    ? Object.entries(checks)
        .filter(([, state]) => state !== 'ok')
        .map(([name, state]) => `${name} ${saidBy(state)}`)
        .join('; ')
    : '';

/** The lacks of a processor by its readiness, in a line; null when there are none, or when the answer is to another question. */
export function readReadiness({ status: code, text }: Pick<Answer, 'status' | 'text'>): string | null {
  const { status, checks } = objectIn(text ?? '') ?? {};
  if (isGood(code) ? typeof status !== 'string' || isWell(status) : code < 500) return null;
  const lacking = shown(lackingIn(checks));
  return lacking === '' ? `It is not ready (${code}).` : `It is not ready: ${lacking}.`;
}

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'Nothing listens at its address.',
  ENOTFOUND: 'Its address names no host.',
  EAI_AGAIN: 'Its address names no host that can be found just now.',
  ECONNRESET: 'It ended the connection without an answer.',
  ERR_FORBIDDEN_ADDRESS: 'Its address is one that is never called.',
  UND_ERR_SOCKET: 'It ended the connection without an answer.',
  UND_ERR_CONNECT_TIMEOUT: 'It takes no connection in time.',
};

/** The finding where there was no whole answer. */
export function unanswered(error: unknown, { aborted }: Pick<AbortSignal, 'aborted'>): Finding {
  if (aborted) return down('It does not answer in time.');
  const { code } = error as { code?: unknown };
  return down(REASONS[String(code)] ?? 'It gives no answer that can be read.');
}
