import { type ErrorCode, errorTable } from '../../../platform/errors/errors.ts';
import { textLimits } from '../../../platform/input/limits.ts';
import { NO_BLOB } from '../../../platform/serving/direct-reads/owners.ts';
import { ERRORS_PATH, PROBLEM_TYPE, titleOf } from '../../rest/problems/problem.ts';
import { schemaRef } from './components.ts';
import { BEARER } from './paths.ts';
import type { Header, Parameter, Reference, Response, Schema } from './types.ts';

/** Parts that all operations share: problems, headers, authentication. */

const codes = Object.keys(errorTable) as ErrorCode[];

const text = (description: string): Schema => ({ type: 'string', description });

const field = text('The path of the invalid input, e.g. `data.metadata.chapter_num`.');

const code: Schema = {
  type: 'string',
  enum: codes,
  description: `What went wrong, from one table for REST and GraphQL alike; \`GET ${ERRORS_PATH}\` explains each code and what to do.`,
};

const problem: Schema = {
  type: 'object',
  description: 'Why there is no answer (RFC 9457).',
  properties: {
    type: { ...text('The URI that explains the code, relative to the gateway.'), format: 'uri-reference' },
    title: text('A summary of the code.'),
    status: { type: 'integer', minimum: 400, maximum: 599, description: 'The HTTP status.' },
    detail: text('What is wrong with this request.'),
    instance: text('The requested path.'),
    code: schemaRef('ErrorCode'),
    field,
    errors: {
      type: 'array',
      description: 'All mistakes, including the first, when there are several.',
      items: {
        type: 'object',
        properties: { code: schemaRef('ErrorCode'), detail: { type: 'string' }, field },
        required: ['code', 'detail'],
      },
    },
    request_id: text('Identifies the request in the logs. Quote it in support requests.'),
  },
  required: ['type', 'title', 'status', 'detail', 'instance', 'code', 'request_id'],
  examples: [
    {
      type: `${ERRORS_PATH}/BLOB_NOT_FOUND`,
      title: titleOf('BLOB_NOT_FOUND'),
      status: 404,
      detail: NO_BLOB.message,
      instance: '/api/v1/blobs/6f1c0a8e-8d0b-5b0e-9d5a-2f6f3c1f7c11',
      code: NO_BLOB.code,
      request_id: '5e0b6a5e-0d4a-4f0c-8f4e-7f0d8a8f3d60',
    },
  ],
};

const unavailable: Schema = {
  type: 'object',
  description: 'Something that is null because it could not be fetched. The rest of the answer is complete.',
  properties: {
    processor: { type: ['string', 'null'], description: 'Its processor; null when unknown.' },
    code: schemaRef('ErrorCode'),
    detail: text('A message for people.'),
    at: {
      type: 'array',
      description: 'JSON pointers (RFC 6901) to the first 100 such places in the answer.',
      items: { type: 'string' },
    },
  },
  required: ['processor', 'code', 'detail', 'at'],
};

export const commonSchemas: Readonly<Record<string, Schema>> = {
  ErrorCode: code,
  Problem: problem,
  Unavailable: unavailable,
};

const headerRef = (name: string): Reference => ({ $ref: `#/components/headers/${name}` });

const header = (description: string, schema: Schema, example?: unknown): Header => ({
  description,
  schema,
  ...(example !== undefined && { example }),
});

export const commonHeaders: Readonly<Record<string, Header>> = {
  'X-Request-Id': header('Identifies this request in the logs. A value that you send is kept.', {
    type: 'string',
  }),
  ETag: header(
    'Identifies this version of the answer: send it as `If-None-Match` to get 304 while it is current.',
    {
      type: 'string',
    },
  ),
  'Cache-Control': header('How long you may cache the answer. Only for yourself.', { type: 'string' }),
  Link: header(
    'The next page, if there is one: `rel="next"` (RFC 8288).',
    { type: 'string' },
    '</api/v1/users/me/blobs?cursor=abc>; rel="next"',
  ),
  Location: header('The path of the new resource.', { type: 'string', format: 'uri-reference' }),
  RateLimit: header(
    'How many requests you have left, and the seconds until there is one more (draft-ietf-httpapi-ratelimit-headers). Absent when requests are not limited.',
    { type: 'string' },
    '"user";r=5999;t=1',
  ),
  'RateLimit-Policy': header(
    'How many requests you may send in how many seconds.',
    { type: 'string' },
    '"user";q=6000;w=60',
  ),
  'Retry-After': header('Seconds to wait before you try again.', { type: 'integer', minimum: 0 }),
};

/** Headers of every answer. */
const always = { 'X-Request-Id': headerRef('X-Request-Id') } as const;

/** Headers of answers to authenticated requests. */
export const RATES = ['RateLimit', 'RateLimit-Policy'] as const;

/** References to shared headers, by name. */
export const headersOf = (names: readonly string[] = []): Record<string, Reference> => ({
  ...always,
  ...Object.fromEntries(names.map((name) => [name, headerRef(name)])),
});

const refusal = (description: string, headers: readonly string[] = []): Response => ({
  description,
  headers: headersOf(headers),
  content: { [PROBLEM_TYPE]: { schema: schemaRef('Problem') } },
});

/** Shared responses, by the names that {@link problemsFor} refers to. */
export const commonResponses: Readonly<Record<string, Response>> = {
  NotModified: {
    description: 'Your copy of the answer is current.',
    headers: headersOf(['ETag', 'Cache-Control']),
  },
  BadRequest: refusal('The request is malformed.'),
  Unauthenticated: refusal('The token is missing, expired, or not signed by a trusted key.'),
  Forbidden: refusal('The caller may not do this.'),
  NotFound: refusal('There is no such thing, or it is not yours.'),
  Conflict: refusal(
    'The request conflicts with the current state, e.g. an idempotency key that was used with another input.',
  ),
  Gone: refusal('The resource existed, but was deleted.'),
  TooLarge: refusal('The request, or its answer, is too large.'),
  UnsupportedType: refusal('The content type of the body is not supported.'),
  Invalid: refusal('The input is well-formed but invalid, e.g. data that violates its JSON Schema.'),
  TooMany: refusal('The caller has exceeded a rate limit.', [...RATES, 'Retry-After']),
  Unavailable: refusal('A service or store is unavailable or overloaded.', ['Retry-After']),
  Problem: refusal('Any other failure.'),
};

const responseRef = (name: string): Reference => ({ $ref: `#/components/responses/${name}` });

export const notModified: Reference = responseRef('NotModified');

const byStatus: Readonly<Record<number, string>> = {
  400: 'BadRequest',
  401: 'Unauthenticated',
  403: 'Forbidden',
  404: 'NotFound',
  409: 'Conflict',
  410: 'Gone',
  413: 'TooLarge',
  415: 'UnsupportedType',
  422: 'Invalid',
  429: 'TooMany',
  503: 'Unavailable',
};

/** References to problems by status, with `default` for all others. */
export const problemsFor = (statuses: readonly number[]): Record<string, Reference> => ({
  ...Object.fromEntries(
    statuses.flatMap((status) => {
      const name = byStatus[status];
      return name ? [[String(status), responseRef(name)]] : [];
    }),
  ),
  default: responseRef('Problem'),
});

export const commonParameters: Readonly<Record<string, Parameter>> = {
  IfNoneMatch: {
    name: 'If-None-Match',
    in: 'header',
    description: 'The `ETag` of your copy of the answer: 304 means that it is current.',
    schema: { type: 'string' },
  },
  IdempotencyKey: {
    name: 'Idempotency-Key',
    in: 'header',
    description:
      'A string of your choice, in quotes. A request that is repeated with the same key and input has no further effect and gets the same answer.',
    schema: { type: 'string', minLength: 1, maxLength: textLimits.idempotencyKey },
    example: '"8e03978e-40d5-43dd-bc93-6894a57f9324"',
  },
};

export const parameterRef = (name: string): Reference => ({ $ref: `#/components/parameters/${name}` });

export const securitySchemes: Readonly<Record<string, object>> = {
  [BEARER]: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description: 'A user’s token. In development: `npm run --silent token -- USER`.',
  },
};
