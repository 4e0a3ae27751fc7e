import { z } from 'zod';
import { collapsed } from '../../text/text.ts';

/** A server's words on an error, as far as it can be told. */
export interface Reason {
  /** In one line, secrets left out; empty where it says nothing that could be read. */
  readonly sentence: string;
  /** `context`: too long for the model. `filter`: its content filter. `quota`: nothing more is paid for. */
  readonly kind: 'context' | 'filter' | 'quota' | 'other';
  /** The server's full text without secrets, up to 4,000 UTF-16 units: for the log. */
  readonly details: string;
}

const longestSentence = 300;
const longestDetails = 4_000;
const longestBody = 8_000;

const context =
  /context[ _-]?(length|window|size)|(maximum|max|available|model'?s) context|context_length_exceeded|exceed_context|prompt is too long|too many (input )?tokens|input (is )?too long|max_new_tokens.{0,20}must be|reduce the length/i;
const filter =
  /content[ _-]?(filter|policy|management)|responsible ?ai|moderation|safety (system|filter)|flagged/i;
const quota =
  /insufficient[ _]quota|billing_hard_limit|insufficient (balance|funds|credits)|payment required/i;

const secrets: readonly RegExp[] = [
  /\bbearer\s+\S+/gi,
  /\bsk-[\w*.-]{6,}/gi,
  /\b(?:pk|rk|key|gsk|hf|xai|r8|nvapi|api)[-_](?=[\w*.-]*[\d*])[\w*.-]{6,}/gi,
  // Addresses: of the server, its machines and its files.
  /\b[a-z][a-z0-9+.-]{0,30}:\/\/\S+/gi,
  /\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?\b/g,
  /\[[0-9a-f:]*:[0-9a-f:]+\](?::\d+)?/gi,
  /\b(?:localhost|[\w-]{1,63}(?:\.[\w-]{1,63}){1,10}):\d{2,5}\b/gi,
  /(?<![\w/])\/(?:[\w.-]+\/)+[\w.-]+/g,
  // Keys and tokens of other forms: long, and with digits among the letters.
  /\b(?=[\w-]{0,200}\d)(?=[\w-]{0,200}[a-z])[\w-]{32,}\b/gi,
];

/** Without keys, tokens and addresses. `key` is the one that this service uses. */
export function withoutSecrets(text: string, key?: string): string {
  const known = key ? text.replaceAll(key, '[redacted]') : text;
  return secrets.reduce((left, secret) => left.replace(secret, '[redacted]'), known);
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return /^\s*[<{]/.test(body) ? '' : body;
  }
}

const oneOf = z.object({ msg: z.string(), loc: z.array(z.union([z.string(), z.number()])).optional() });

/** The sentence in a body of any of the forms that servers use: OpenAI’s, FastAPI’s, vLLM’s, plain text. */
function sentenceIn(value: unknown, depth = 0): string {
  if (depth > 4 || value == null) return '';
  // Mistral and proxies put one body into another, as text.
  if (typeof value === 'string') return /^\s*\{/.test(value) ? sentenceIn(parsed(value), depth + 1) : value;
  if (Array.isArray(value)) {
    const problems = value.map((item) => {
      const problem = oneOf.safeParse(item);
      if (!problem.success) return sentenceIn(item, depth + 1);
      const { loc = [], msg } = problem.data;
      return loc.length > 0 ? `${loc.join('.')}: ${msg}` : msg;
    });
    return problems.filter(Boolean).slice(0, 3).join('; ');
  }
  if (typeof value !== 'object') return '';
  const { error, message, detail, details, msg, errors } = value as Record<string, unknown>;
  for (const member of [error, message, detail, msg, errors, details]) {
    const found = sentenceIn(member, depth + 1);
    if (found) return found;
  }
  return '';
}

const clipped = (text: string, longest: number): string =>
  text.length > longest
    ? `${text
        .slice(0, longest - 1)
        .toWellFormed()
        .trimEnd()}…`
    : text;

function kindOf(body: string): Reason['kind'] {
  if (context.test(body)) return 'context';
  if (quota.test(body)) return 'quota';
  return filter.test(body) ? 'filter' : 'other';
}

/** Reads the reason in an error's body; `key` is left out wherever it stands. */
export function reasonOf(body: string, key?: string): Reason {
  const readable = clipped(body, longestBody).toWellFormed();
  const sentence = withoutSecrets(collapsed(sentenceIn(parsed(readable))), key);
  return {
    sentence: clipped(sentence, longestSentence),
    kind: kindOf(readable),
    details: clipped(withoutSecrets(collapsed(readable), key), longestDetails),
  };
}

/** `opening` with the server's reason, as one sentence for a user. */
export const because = (opening: string, { sentence }: Pick<Reason, 'sentence'>): string => {
  if (!sentence) return `${opening}.`;
  return `${opening}: ${sentence}${/[.!?…]$/.test(sentence) ? '' : '.'}`;
};
