import { createHmac, randomBytes } from 'node:crypto';
import type { TextCipher } from '../../../../platform/sealing/cipher.ts';
import { sealedFor, type Webhook } from './webhook.ts';

/** Standard Webhooks (https://github.com/standard-webhooks/standard-webhooks, 1.0), symmetric signatures. */
const PREFIX = 'whsec_';
/** The specification has 24 to 64. */
const SECRET_BYTES = 32;

/** A new signing secret, as its owner is told it. */
export const newSecret = (): string => `${PREFIX}${randomBytes(SECRET_BYTES).toString('base64')}`;

/** The keys that sign a webhook's messages at `now`; none where they were sealed with another key. */
export function secretsOf(
  { id, secret, formerSecret }: Pick<Webhook, 'id' | 'secret' | 'formerSecret'>,
  cipher: Pick<TextCipher, 'open'>,
  now: Date,
): string[] {
  const current = cipher.open(sealedFor(id), secret);
  if (current === undefined) return [];
  const isOver = !formerSecret || formerSecret.until <= now;
  const former = isOver ? undefined : cipher.open(sealedFor(id), formerSecret.sealed);
  return former === undefined ? [current] : [current, former];
}

/** The parts of a message that are signed, beside the time. */
export interface SignedMessage {
  readonly id: string;
  readonly body: string;
}

const signature = (secret: string, text: string): string => {
  const key = Buffer.from(secret.slice(PREFIX.length), 'base64');
  return `v1,${createHmac('sha256', key).update(text).digest('base64')}`;
};

/** Headers of a message that is sent at `at`, with a signature by each of the secrets. */
export function signedHeaders({ id, body }: SignedMessage, secrets: readonly string[], at: Date) {
  const timestamp = String(Math.floor(at.getTime() / 1_000));
  const text = `${id}.${timestamp}.${body}`;
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': secrets.map((secret) => signature(secret, text)).join(' '),
  };
}
