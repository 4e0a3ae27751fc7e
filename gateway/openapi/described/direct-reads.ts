import { notModified, parameterRef } from '../parts/common.ts';
import { schemaRef } from '../parts/components.ts';
import type { Content, Located, Schema } from '../parts/types.ts';
import { described, json, pathParameter, queryParameter } from './describe.ts';
import { bytes, partsOf, range } from './files.ts';

const TAG = 'Direct reads';

const processor = pathParameter(
  'processor',
  'The owner: a processor, or `state` for blobs that you wrote.',
  'text-expansion',
);

const id = pathParameter('id', 'The blob’s id.');

/** A blob as its owner stores it. Its other members depend on the blob's schema. */
const kept: Schema = {
  type: 'object',
  description: 'A blob as its owner stores it. Its other members are those of the blob’s schema.',
  properties: {
    id: { type: 'string' },
    user_id: { type: 'string', description: 'You.' },
  },
  required: ['id', 'user_id'],
  additionalProperties: true,
};

const ids: Schema = { type: 'array', items: { type: 'string' }, maxItems: 1_000 };

export const directReadSchemas: Readonly<Record<string, Schema>> = {
  KeptBlob: kept,
  KeptBlobPlace: {
    type: 'object',
    properties: { processor_id: { type: 'string' }, id: { type: 'string' } },
    required: ['processor_id', 'id'],
  },
};

const blobs: Schema = { type: 'array', items: schemaRef('KeptBlob') };

const object = (properties: Readonly<Record<string, Schema>>): Schema => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
});

const PROBLEMS = [400, 401, 404, 410, 429, 503] as const;
const WITH_BODY = [...PROBLEMS, 413, 415] as const;

const single = [
  described({
    method: 'get',
    path: '/api/v1/processors/{processor}/blobs/{id}',
    name: 'keptBlob',
    tag: TAG,
    summary: 'A whole blob, of any size, as its owner stores it.',
    parameters: [processor, id, parameterRef('IfNoneMatch')],
    answer: {
      description: 'The blob.',
      headers: ['ETag', 'Cache-Control'],
      content: json(object({ blob: schemaRef('KeptBlob') })),
    },
    also: { 304: notModified },
    problems: PROBLEMS,
  }),
  described({
    method: 'get',
    path: '/api/v1/processors/{processor}/blobs/{id}/artifacts/{name}',
    name: 'artifact',
    tag: TAG,
    summary: 'An export or rendition of a blob.',
    parameters: [
      processor,
      id,
      pathParameter('name', 'The file’s name.', 'markdown'),
      range,
      parameterRef('IfNoneMatch'),
    ],
    answer: { description: 'The file.', headers: ['ETag', 'Cache-Control'], content: bytes },
    also: partsOf(bytes),
    problems: PROBLEMS,
  }),
];

const text = {
  path: '/api/v1/blobs/{id}/text',
  tag: 'Blobs',
  summary: 'The text of a blob as `text/plain`, streamed.',
  description:
    'The text of a draft, an expanded text or a compiled book, or the Markdown of a pitch. 404 for a blob without a text.',
  parameters: [id, range, parameterRef('IfNoneMatch')],
  problems: [400, 401, 404, 409, 410, 429, 503],
} as const;

const textHead = { description: 'The text.', headers: ['ETag', 'Cache-Control'] };
const plain: Content = { 'text/plain': { schema: { type: 'string' } } };

const texts = [
  described({
    ...text,
    method: 'get',
    name: 'blobText',
    answer: { ...textHead, content: plain },
    also: partsOf(plain),
  }),
];

const list = described({
  method: 'get',
  path: '/api/v1/processors/{processor}/users/{user_id}/blobs',
  name: 'keptBlobs',
  tag: TAG,
  summary: 'Your blobs at a processor, oldest first.',
  parameters: [
    processor,
    pathParameter('user_id', 'Your own id.'),
    queryParameter('since', 'Only blobs created at this time or later.', {
      schema: { type: 'string', format: 'date-time' },
    }),
    queryParameter('after', '`next` of the previous page.'),
    queryParameter('limit', 'The size of the page.', {
      schema: { type: 'integer', minimum: 1, maximum: 1_000 },
    }),
  ],
  answer: {
    description: 'A page.',
    content: json(
      object({
        blobs,
        next: { type: ['string', 'null'], description: '`after` of the next page; null on the last one.' },
      }),
    ),
  },
  problems: PROBLEMS,
});

const batches = [
  described({
    method: 'post',
    path: '/api/v1/processors/{processor}/blobs/batch',
    name: 'keptBlobsById',
    tag: TAG,
    summary: 'Several blobs of one owner. Blobs that are missing, or not yours, are left out.',
    parameters: [processor],
    body: json(object({ ids }), { ids: ['6f1c0a8e-8d0b-5b0e-9d5a-2f6f3c1f7c11'] }),
    answer: { description: 'The blobs that were found.', content: json(object({ blobs })) },
    problems: WITH_BODY,
  }),
  described({
    method: 'post',
    path: '/api/v1/blobs/batch',
    name: 'keptBlobsByPlace',
    tag: TAG,
    summary: 'Several blobs of several owners, at most 4 MiB.',
    body: json(object({ blobs: { type: 'array', items: schemaRef('KeptBlobPlace'), maxItems: 1_000 } }), {
      blobs: [{ processor_id: 'state', id: '6f1c0a8e-8d0b-5b0e-9d5a-2f6f3c1f7c11' }],
    }),
    answer: {
      description: 'The blobs that were found, in the order of the request, and the owners that failed.',
      content: json(
        object({
          blobs: {
            type: 'array',
            items: object({ processor_id: { type: 'string' }, blob: schemaRef('KeptBlob') }),
          },
          errors: {
            type: 'array',
            items: object({
              processor_id: { type: 'string' },
              error: object({ code: schemaRef('ErrorCode'), message: { type: 'string' } }),
            }),
          },
        }),
      ),
    },
    problems: WITH_BODY,
  }),
];

/** Reads from the owner of a blob. */
export const directReadOperations: readonly Located[] = [...texts, ...single, list, ...batches];
