import { path } from '../../../platform/ids/service-path.ts';

/** Kind of thing that a query names. */
export type Kind = 'draft' | 'expansion' | 'compiled' | 'book' | 'conversation';

const JSON_TYPE = { 'content-type': 'application/json' };

const FRAGMENT =
  'fragment F on BlobIndex { id title preview content { id ... on ExpandedText { modelUsed } } }';

/** Operations that name a blob, a book or a conversation. */
export const questions: readonly (readonly [string, Kind, string])[] = [
  ['a draft by its id', 'draft', 'query ($id: ID!) { blob(id: $id) { id title preview } }'],
  ['its content', 'draft', 'query ($id: ID!) { blob(id: $id) { content { ... on UserBlob { body } } } }'],
  ['by a fragment', 'expansion', `query ($id: ID!) { blob(id: $id) { ...F } } ${FRAGMENT}`],
  ['its parent', 'expansion', 'query ($id: ID!) { blob(id: $id) { parent { id } sources { id } } }'],
  [
    'what was derived',
    'draft',
    'query ($id: ID!) { blob(id: $id) { derived { nodes { id } totalCount } derivedIds } }',
  ],
  [
    'its lineage',
    'draft',
    'query ($id: ID!) { blob(id: $id) { lineage { nodes { id } edges { parentId } } } }',
  ],
  ['its processing', 'draft', 'query ($id: ID!) { blob(id: $id) { processing { state runs { state } } } }'],
  [
    'a compiled book',
    'compiled',
    'query ($id: ID!) { blob(id: $id) { content { ... on CompiledBook { fullText } } } }',
  ],
  [
    'a list by parent',
    'draft',
    'query ($id: ID!) { blobs(filter: { parentId: $id }) { totalCount nodes { id } } }',
  ],
  [
    'a list by book',
    'book',
    'query ($id: ID!) { blobs(filter: { bookId: $id }) { totalCount nodes { id } } }',
  ],
  [
    'a list by conversation',
    'conversation',
    'query ($id: ID!) { blobs(filter: { conversationId: $id }) { nodes { id } } }',
  ],
  ['a book', 'book', 'query ($id: ID!) { book(id: $id) { title chapters { title draft { id } } } }'],
  ['many at once', 'draft', 'query ($id: ID!) { a: blob(id: $id) { id } b: blob(id: $id) { title } }'],
  ['deleting', 'draft', 'mutation ($id: ID!) { deleteBlob(id: $id) { userErrors { code field message } } }'],
  [
    'deleting a book',
    'book',
    'mutation ($id: ID!) { deleteBook(id: $id) { userErrors { code field message } } }',
  ],
  [
    'processing again',
    'draft',
    'mutation ($id: ID!) { reprocess(blobId: $id, processorId: "text-expansion") { userErrors { code message } } }',
  ],
  [
    'retrying',
    'draft',
    'mutation ($id: ID!) { retryProcessing(blobId: $id, processorId: "text-expansion") { userErrors { code message } } }',
  ],
  [
    'cancelling',
    'draft',
    'mutation ($id: ID!) { cancelProcessing(blobId: $id, processorId: "text-expansion") { userErrors { code message } } }',
  ],
  [
    'compiling',
    'book',
    'mutation ($id: ID!) { compileBook(input: { bookId: $id }) { userErrors { code message } } }',
  ],
];

/** REST paths that name a blob or a book. */
export const paths: readonly (readonly [string, Kind, (id: string) => string, RequestInit])[] = [
  ['a blob', 'draft', (id) => path`/api/v1/blobs/${id}`, {}],
  ['a derived blob', 'expansion', (id) => path`/api/v1/blobs/${id}`, {}],
  ['with what was derived', 'draft', (id) => `${path`/api/v1/blobs/${id}`}?include=derived.content`, {}],
  ['its text', 'draft', (id) => path`/api/v1/blobs/${id}/text`, {}],
  ['an expansion’s text', 'expansion', (id) => path`/api/v1/blobs/${id}/text`, {}],
  ['its lineage', 'draft', (id) => path`/api/v1/blobs/${id}/lineage`, {}],
  ['its processing', 'draft', (id) => path`/api/v1/blobs/${id}/processing`, {}],
  ['its data', 'draft', (id) => path`/api/v1/blobs/${id}/data`, {}],
  ['a book', 'book', (id) => path`/api/v1/books/${id}`, {}],
  ['a list of a book', 'book', (id) => `/api/v1/users/me/blobs?book_id=${id}`, {}],
  ['a list of a conversation', 'conversation', (id) => `/api/v1/users/me/blobs?conversation_id=${id}`, {}],
  ['a compiled book’s versions', 'book', (id) => path`/api/v1/books/${id}/compiled`, {}],
  ['a compiled book’s comparison', 'compiled', (id) => path`/api/v1/compiled-books/${id}/comparison`, {}],
  ['deleting a blob', 'draft', (id) => path`/api/v1/blobs/${id}`, { method: 'DELETE' }],
  ['deleting a book', 'book', (id) => path`/api/v1/books/${id}`, { method: 'DELETE' }],
  ['a direct read', 'draft', (id) => path`/api/v1/processors/state/blobs/${id}`, {}],
  [
    'a direct read of a processor',
    'expansion',
    (id) => path`/api/v1/processors/text-expansion/blobs/${id}`,
    {},
  ],
  [
    'an artifact',
    'expansion',
    (id) => path`/api/v1/processors/text-expansion/blobs/${id}/artifacts/markdown`,
    {},
  ],
  [
    'a file of a compiled book',
    'compiled',
    (id) => path`/api/v1/compiled-books/${id}/exports`,
    { method: 'POST', headers: JSON_TYPE, body: '{"format":"EPUB"}' },
  ],
  [
    'one of a batch',
    'expansion',
    () => '/api/v1/processors/text-expansion/blobs/batch',
    { method: 'POST', headers: JSON_TYPE },
  ],
];
