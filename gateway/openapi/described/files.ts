import { notModified, parameterRef } from '../parts/common.ts';
import type { Content, Header, Located, Parameter, Reference } from '../parts/types.ts';
import { type Answered, type Description, described, pathParameter, queryParameter } from './describe.ts';

const TAG = 'Files';

export const bytes: Content = { '*/*': { schema: { description: 'The bytes of the file.' } } };

const name = (description: string, example?: string): Header => ({
  description,
  schema: { type: 'string' },
  ...(example && { example }),
});

const fileHeaders = {
  'Accept-Ranges': name('`bytes`: ranges are supported.'),
  'Content-Disposition': name(
    'Whether a browser shows or saves the file.',
    'attachment; filename="my-novel.epub"',
  ),
};

export const range: Parameter = {
  name: 'Range',
  in: 'header',
  description: 'One part of the file (RFC 9110).',
  schema: { type: 'string' },
  example: 'bytes=0-1023',
};

const whole: Answered = {
  description: 'The file.',
  headers: ['ETag', 'Cache-Control'],
  ownHeaders: fileHeaders,
  content: bytes,
};

/** Responses to file requests other than the whole file. */
export const partsOf = (content: Content): Readonly<Record<number, Answered | Reference>> => ({
  206: {
    description: 'The requested range.',
    headers: ['ETag', 'Cache-Control'],
    ownHeaders: { ...fileHeaders, 'Content-Range': name('The range of the file.', 'bytes 0-1023/20480') },
    content,
  },
  304: notModified,
  416: {
    description: 'The file has no such range.',
    ownHeaders: { 'Content-Range': name('The length of the file.', 'bytes */20480') },
  },
});

const elsewhere: Answered = {
  description: 'The file is at the URL in `Location`, for a short time.',
  headers: ['Location'],
};

const signed: readonly Parameter[] = [
  queryParameter('expires', 'A part of the signed address.', {
    schema: { type: 'string', pattern: '^\\d{1,11}$' },
    required: true,
  }),
  queryParameter('signature', 'A part of the signed address.', {
    schema: { type: 'string', pattern: '^[\\w-]{43}$' },
    required: true,
  }),
];

const processor = pathParameter('processor', 'The processor that owns the file.', 'book-compiler');

const artifact = {
  path: '/api/v1/files/{processor}/artifacts/{id}/{name}',
  parameters: [
    processor,
    pathParameter('id', 'The blob’s id.'),
    pathParameter('name', 'The file’s name, e.g. `epub` or `large.webp`.', 'epub'),
  ],
};

const object = {
  path: '/api/v1/files/{processor}/objects/{key}',
  parameters: [processor, pathParameter('key', 'The object’s key.')],
};

const note = 'The address is the permission: `url` of an export, rendition or upload. No token is needed.';

function reading({ path, parameters }: typeof artifact, operation: string, summary: string): Located[] {
  const common: Omit<Description, 'method' | 'name' | 'answer' | 'also'> = {
    path,
    tag: TAG,
    summary,
    description: note,
    parameters: [...parameters, ...signed, range, parameterRef('IfNoneMatch')],
    problems: [400, 403, 404, 410, 429, 503],
    open: true,
  };
  const also = { ...partsOf(bytes), 302: elsewhere };
  const { content: _, ...head } = whole;
  const heads = { 302: elsewhere, 304: notModified };
  return [
    described({ ...common, method: 'get', name: operation, answer: whole, also }),
    described({
      ...common,
      method: 'head',
      name: `${operation}Head`,
      summary: `${summary} Only its headers.`,
      answer: { ...head, description: 'The headers of the file.' },
      also: heads,
    }),
  ];
}

/** Files at signed addresses, which need no token. */
export const fileOperations: readonly Located[] = [
  ...reading(artifact, 'artifactFile', 'An export or rendition.'),
  ...reading(object, 'objectFile', 'An object, such as an uploaded file.'),
  described({
    method: 'put',
    path: object.path,
    name: 'sendObject',
    tag: TAG,
    summary: 'Uploads a file that was announced.',
    description: `${note} Its size, type and checksum must be those announced.`,
    parameters: [...object.parameters, ...signed],
    body: bytes,
    answer: { description: 'The file is uploaded: complete the upload.', headers: ['ETag'] },
    problems: [400, 403, 404, 410, 413, 422, 429, 503],
    open: true,
  }),
];
