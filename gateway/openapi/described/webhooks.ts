import { schemaRef } from '../parts/components.ts';
import type { Operation, Parameter, Schema } from '../parts/types.ts';
import { json } from './describe.ts';

const text = (description: string): Schema => ({ type: 'string', description });
const time = (description: string): Schema => ({ type: 'string', format: 'date-time', description });

const KINDS = ['CREATED', 'DERIVED', 'PROCESSING', 'COMPLETED', 'FAILED', 'DELETED'];

const data: Schema = {
  type: 'object',
  description: 'The change, as `/api/v1/events` tells it, without the blob: read that by its id.',
  properties: {
    cursor: text('Where the change stands in the log.'),
    kind: { type: 'string', enum: KINDS },
    blob_id: text('The blob that changed.'),
    version: { type: 'integer', description: 'The version that the change gave to the blob’s entry.' },
    occurred_at: time('When it happened.'),
  },
  required: ['cursor', 'kind', 'blob_id', 'version', 'occurred_at'],
};

const ID = text('The same whenever this is sent to this webhook: leave out what you had.');
const SOURCE = text('The webhook, `/webhooks/{id}`.');
const REQUIRED = ['specversion', 'id', 'source', 'type', 'subject', 'time', 'datacontenttype', 'data'];
const VERSION: Schema = { type: 'string', const: '1.0' };
const JSON_TYPE: Schema = { type: 'string', const: 'application/json' };

/** The schemas of what is sent to webhooks. */
export const webhookSchemas: Readonly<Record<string, Schema>> = {
  SentChange: {
    type: 'object',
    description: 'A change as it is sent to a webhook: a CloudEvents 1.0 document.',
    properties: {
      specversion: VERSION,
      id: ID,
      source: SOURCE,
      type: { type: 'string', enum: KINDS.map((kind) => `blob.${kind.toLowerCase()}`) },
      subject: text('The blob that changed.'),
      time: time('When it happened.'),
      datacontenttype: JSON_TYPE,
      data,
    },
    required: REQUIRED,
  },
  SentTest: {
    type: 'object',
    description: 'A test of a webhook, as its owner has it sent: a CloudEvents 1.0 document.',
    properties: {
      specversion: VERSION,
      id: ID,
      source: SOURCE,
      type: { type: 'string', const: 'webhook.ping' },
      subject: text('The webhook’s id.'),
      time: time('When it was sent.'),
      datacontenttype: JSON_TYPE,
      data: {
        type: 'object',
        properties: { webhook_id: text('The webhook’s id.') },
        required: ['webhook_id'],
      },
    },
    required: REQUIRED,
  },
};

const header = (name: string, description: string, example: string): Parameter => ({
  ...{ name, in: 'header', required: true, description, example, schema: { type: 'string' } },
});

const signed: readonly Parameter[] = [
  header('webhook-id', 'The `id` of the body.', 'msg_c3VyZWx5IG5vdCBhIHJlYWwgb25lIQ'),
  header(
    'webhook-timestamp',
    'When it was sent, in seconds since 1970. Refuse what is older than minutes.',
    '1769860800',
  ),
  header(
    'webhook-signature',
    'Of `{webhook-id}.{webhook-timestamp}.{body}`: `v1,` and the HMAC-SHA256 in base64, by the key that the secret has in base64 behind `whsec_`. Several with spaces between, of which one has to fit.',
    'v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=',
  ),
];

const changed: Operation = {
  operationId: 'receiveChange',
  summary: 'A change of the caller’s blobs, sent to the URL of a webhook.',
  description: `By [Standard Webhooks](https://www.standardwebhooks.com): one change at a time, in the order of the log, the next once
the one before was answered with 2xx. Whatever else comes is a failure, after which the same change is sent again, later each time; a
redirect is one, too. 410 sets the webhook aside at once.`,
  tags: ['Webhooks'],
  parameters: signed,
  requestBody: { required: true, content: json(schemaRef('SentChange')) },
  responses: { '2XX': { description: 'Taken. Nothing of the answer is read.' } },
  security: [],
};

const tested: Operation = {
  operationId: 'receiveTest',
  summary: 'A test, sent to the URL of a webhook.',
  description:
    'Once, by `POST /api/v1/webhooks/{id}/ping`, and out of the order of changes. Whatever is answered is told to whoever asked for it, and changes nothing.',
  tags: ['Webhooks'],
  parameters: signed,
  requestBody: { required: true, content: json(schemaRef('SentTest')) },
  responses: { '2XX': { description: 'Taken. Nothing of the answer is read.' } },
  security: [],
};

/** The requests to users' servers. */
export const sentWebhooks = { changed: { post: changed }, tested: { post: tested } } as const;
