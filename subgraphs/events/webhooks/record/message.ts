import { createHash } from 'node:crypto';
import { path } from '../../../../platform/ids/service-path.ts';
import type { SignedMessage } from './signing.ts';
import type { ToldChange } from './webhook.ts';

const ID_LENGTH = 32;

/**
 * The same for one change and one webhook, however often it is sent, and by whichever cursor: receivers tell by it what
 * they had.
 */
const messageId = (webhookId: string, ...what: readonly (string | number)[]): string => {
  const hash = createHash('sha256').update(JSON.stringify([webhookId, ...what]));
  return `msg_${hash.digest('base64url').slice(0, ID_LENGTH)}`;
};

const FORMAT = { specversion: '1.0', datacontenttype: 'application/json' } as const;

/** A change as a webhook is told it: CloudEvents 1.0 as one JSON document, with ids and no content. */
export function messageOf(webhookId: string, change: ToldChange): SignedMessage {
  const { cursor, kind, blobId, version, occurredAt } = change;
  const id = messageId(webhookId, blobId, version);
  const event = {
    ...FORMAT,
    id,
    source: path`/webhooks/${webhookId}`,
    type: `blob.${kind.toLowerCase()}`,
    subject: blobId,
    time: occurredAt.toISOString(),
    data: { cursor, kind, blob_id: blobId, version, occurred_at: occurredAt.toISOString() },
  };
  return { id, body: JSON.stringify(event) };
}

/** The type of a test's event. */
const PING = 'webhook.ping';

/** A test of a webhook, as the same kind of document. `key`: another for each test. */
export function testMessageOf(webhookId: string, key: string, at: Date): SignedMessage {
  const id = messageId(webhookId, PING, key);
  const source = path`/webhooks/${webhookId}`;
  const about = { type: PING, subject: webhookId, time: at.toISOString() };
  return { id, body: JSON.stringify({ ...FORMAT, id, source, ...about, data: { webhook_id: webhookId } }) };
}
