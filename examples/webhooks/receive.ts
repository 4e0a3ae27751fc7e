import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer, type Server } from 'node:http';

/** A change, as it is sent. */
export interface SentChange {
  /** The same whenever this change comes. */
  readonly id: string;
  readonly type: string;
  readonly data: { readonly cursor: string; readonly kind: string; readonly blob_id: string };
}

/** Headers in lower case. */
type Headers = Readonly<Record<string, string | string[] | undefined>>;

const FIVE_MINUTES = 300;

/** Whether the body is Blobgraph's, and new. `body`: the bytes as they came, before they are parsed. */
export function isGenuine(headers: Headers, body: string, secret: string): boolean {
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures } = headers;
  if (Math.abs(Date.now() / 1_000 - Number(timestamp)) > FIVE_MINUTES) return false;
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
  const expected = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest();
  // Several while a secret is being replaced.
  return String(signatures)
    .split(' ')
    .map((signature) => Buffer.from(signature.replace('v1,', ''), 'base64'))
    .some((given) => given.length === expected.length && timingSafeEqual(given, expected));
}

/** A server for webhooks. `take` keeps the change, and only then resolves; it may be given the same one twice. */
export function receiver(secret: string, take: (change: SentChange) => Promise<void>): Server {
  return createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request.setEncoding('utf8')) body += chunk;
    if (!isGenuine(request.headers, body, secret)) return response.writeHead(401).end();
    try {
      const sent = JSON.parse(body) as SentChange;
      // Anything else is a test, by `pingWebhook`.
      if (sent.type.startsWith('blob.')) await take(sent);
      return response.writeHead(204).end();
    } catch {
      // It comes again, later each time.
      return response.writeHead(500).end();
    }
  });
}
