import { textLimits } from '../../../platform/input/limits.ts';
import { notModified, parameterRef } from '../parts/common.ts';
import { schemaRef } from '../parts/components.ts';
import { API_DESCRIPTION_PATH } from '../parts/paths.ts';
import type { Located, Schema } from '../parts/types.ts';
import { described, json, pathParameter, queryParameter } from './describe.ts';

const TAG = 'Service';

const object = (properties: Readonly<Record<string, Schema>>, description?: string): Schema => ({
  type: 'object',
  ...(description && { description }),
  properties,
  required: Object.keys(properties),
});

const orNull = { type: ['string', 'null'] };

export const serviceSchemas: Readonly<Record<string, Schema>> = {
  ErrorExplanation: object(
    {
      code: schemaRef('ErrorCode'),
      title: { type: 'string' },
      status: { type: 'integer', description: 'The HTTP status of errors with this code.' },
      meaning: { type: 'string', description: 'The meaning of the code, and what to do.' },
    },
    'A code of the error table.',
  ),
  Taker: {
    ...object({
      id: { type: 'string' },
      name: { type: 'string' },
      type: { type: 'string', description: 'The GraphQL type of its blobs.' },
      version: { type: 'string' },
      output_schema_id: { type: 'string' },
      active: { type: 'boolean', description: 'Whether it gets new work.' },
      status: { type: 'string', enum: ['active', 'paused', 'retired'] },
      status_since: { ...orNull, format: 'date-time' },
      status_reason: orNull,
      health: { type: 'string' },
      checked_at: { ...orNull, format: 'date-time' },
    }),
    description: 'A processor that takes such blobs. Operators also get its `base_url`.',
    additionalProperties: true,
  },
};

const errors = [
  described({
    method: 'get',
    path: '/api/v1/errors',
    name: 'errorCodes',
    tag: TAG,
    summary: 'All error codes with their meaning.',
    answer: {
      description: 'The table.',
      headers: ['Cache-Control'],
      content: json(object({ errors: { type: 'array', items: schemaRef('ErrorExplanation') } })),
    },
    problems: [],
    open: true,
  }),
  described({
    method: 'get',
    path: '/api/v1/errors/{code}',
    name: 'errorCode',
    tag: TAG,
    summary: 'The meaning of one error code.',
    parameters: [pathParameter('code', 'The `code` of a problem.', 'BLOB_NOT_FOUND')],
    answer: {
      description: 'The code.',
      headers: ['Cache-Control'],
      content: json(object({ error: schemaRef('ErrorExplanation') })),
    },
    problems: [404],
    open: true,
  }),
];

const about = described({
  method: 'get',
  path: API_DESCRIPTION_PATH,
  name: 'openApi',
  tag: TAG,
  summary: 'This OpenAPI description.',
  parameters: [parameterRef('IfNoneMatch')],
  answer: {
    description: 'OpenAPI 3.1.',
    headers: ['ETag', 'Cache-Control'],
    content: json({ type: 'object' }),
  },
  also: { 304: notModified },
  problems: [],
  open: true,
});

const route = described({
  method: 'get',
  path: '/api/v1/route',
  name: 'takers',
  tag: TAG,
  summary: 'Which processors take blobs of a schema.',
  parameters: [
    queryParameter('schema_id', 'The blobs’ schema, e.g. `text-input-v1`.', {
      schema: { type: 'string', minLength: 1, maxLength: textLimits.id },
      required: true,
    }),
    queryParameter('event', 'Only processors that take them on this event, e.g. `blob.created`.', {
      schema: { type: 'string', minLength: 1, maxLength: textLimits.id },
    }),
  ],
  answer: {
    description: 'The processors that take them, including those that get no work at present.',
    content: json(
      object({
        schema_id: { type: 'string' },
        event: orNull,
        takers: { type: 'array', items: schemaRef('Taker') },
      }),
    ),
  },
  problems: [400, 401, 429, 503],
});

const reconciliation = described({
  method: 'post',
  path: '/api/v1/reconciliations',
  name: 'reconcile',
  tag: TAG,
  summary: 'Reconciles the index and the stores. For operators.',
  description:
    'The answer is streamed as lines of JSON: any number of `{ checked }`, then one `{ report }` or `{ error }`. The work is aborted when the client disconnects.',
  body: json(
    {
      type: 'object',
      properties: {
        repair: { type: 'boolean', default: false, description: 'Whether to repair what is found.' },
        grace_seconds: {
          type: 'integer',
          minimum: 0,
          description: 'The minimum age of the entries and blobs to check, in seconds.',
        },
      },
    },
    { repair: false },
  ),
  answer: {
    description: 'Lines of JSON.',
    content: { 'application/x-ndjson': { schema: { type: 'string' } } },
  },
  problems: [400, 401, 403, 415, 429, 503],
});

const exported = described({
  method: 'get',
  path: '/api/v1/users/me/export',
  name: 'exportUser',
  tag: 'Users',
  summary: 'All of your data, as a ZIP.',
  description:
    'Index entries, contents, files, books and conversations. The last file, `manifest.json`, lists them and what is missing. One export at a time; an aborted one is not a valid ZIP.',
  answer: {
    description: 'The archive, written while it is read.',
    headers: ['Cache-Control'],
    content: { 'application/zip': { schema: { description: 'The bytes of the archive.' } } },
  },
  problems: [401, 409, 429, 503],
});

/** Routes about the service itself. */
export const serviceOperations: readonly Located[] = [exported, ...errors, about, route, reconciliation];
