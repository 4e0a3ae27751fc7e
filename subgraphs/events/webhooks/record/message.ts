import { createHash } from 'node:crypto';
import { path } from '../../../../platform/ids/service-path.ts';
import type { SignedMessage } from './signing.ts';
import type { ToldChange } from './webhook.ts';

const ID_LENGTH = 32;

/**
 * The same for one change and one webhook, however often it is sent, and by whichever cursor: receivers tell by it what
 * they had.
 */
const messageId = (webhookId: string, { blobId, version }: ToldChange): string => {
  const hash = createHash('sha256').update(JSON.stringify([webhookId, blobId, version]));
  return `msg_${hash.digest('base64url').slice(0, ID_LENGTH)}`;
};

/** A change as a webhook is told it: CloudEvents 1.0 as one JSON document, with ids and no content. */
export function messageOf(webhookId: string, change: ToldChange): SignedMessage {
  const { cursor, kind, blobId, version, occurredAt } = change;
  const id = messageId(webhookId, change);
  const event = {
    specversion: '1.0',
    id,
    source: path`/webhooks/${webhookId}`,
    type: `blob.${kind.toLowerCase()}`,
    subject: blobId,
    time: occurredAt.toISOString(),
    datacontenttype: 'application/json',
    data: { cursor, kind, blob_id: blobId, version, occurred_at: occurredAt.toISOString() },
  };
  return { id, body: JSON.stringify(event) };
}
