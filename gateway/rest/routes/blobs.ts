import { z } from 'zod';
import { path } from '../../../platform/ids/service-path.ts';
import { NO_BLOB } from '../../../platform/serving/direct-reads/owners.ts';
import { defineRoute, type Given, type Route, USER_ERRORS } from './route.ts';

const TAG = 'Blobs';

/** The short form of a blob's index entry, with the specification's names. */
const ENTRY = `
  ...BlobIndex @brief
  processor: processorId
`;

/** Blobs derived from a blob, newest first. The list of blobs with `parent_id` has all of them. */
const DERIVED = (first: number) => `
  derived(first: ${first}) {
    nodes {
      ${ENTRY}
      content @include(if: $derivedContent) { ...Blob @brief }
    }
    pageInfo { hasNextPage endCursor }
  }
`;

const CONTENTS = ['content', 'derived', 'derived.content'] as const;

const include = <Name extends string>(...more: readonly Name[]) =>
  z
    .array(z.enum([...CONTENTS, ...more]))
    .optional()
    .describe(
      'What else to answer: `content`, all that a blob’s owner knows of it; `derived.content`, the same for the ' +
        'blobs derived from it. `derived` itself is always answered.',
    );

const schemaVersion = z
  .string()
  .optional()
  .describe(
    'Reads the data of a user’s own blob as this version of its schema, which is its own or a newer one. What processors make is answered as the graph shows it.',
  );

/** Variables for the optional parts of an answer. */
function included({ include }: Given['query']) {
  const names = new Set((include ?? []) as readonly string[]);
  return { content: names.has('content'), derivedContent: names.has('derived.content') };
}

const createBlob = defineRoute({
  method: 'POST',
  path: '/api/v1/blobs',
  name: 'createBlob',
  tag: TAG,
  summary: 'Stores a blob.',
  description: 'Processors that take its schema start at once. The same key gives the same blob.',
  body: ({ input }) => input('CreateBlobInput'),
  document: `mutation ($input: CreateBlobInput!) {
    createBlob(input: $input) {
      blob {
        ...BlobIndex
        processor: processorId
        data: content @data { ... on UserBlob { body } }
      }
      ${USER_ERRORS}
    }
  }`,
  status: 201,
  location: ({ blob }) => path`/api/v1/blobs/${(blob as { id: string }).id}`,
});

const readBlob = defineRoute({
  method: 'GET',
  path: '/api/v1/blobs/:id',
  name: 'blob',
  tag: TAG,
  summary: 'One blob, with its data and the blobs derived from it.',
  description:
    'Large texts of derived blobs are left out. A processor that is down is named in `unavailable`; the rest is answered.',
  query: z.object({ include: include(), schema_version: schemaVersion }),
  document: `query ($id: ID!, $asVersion: String, $content: Boolean!, $derivedContent: Boolean!) {
    blob(id: $id) {
      ...BlobIndex
      processor: processorId
      parent { id }
      data: content @data { ...Blob }
      content @include(if: $content) { ...Blob }
      ${DERIVED(100)}
    }
  }`,
  variables: ({ path, query }) => ({ ...path, ...included(query), asVersion: query['schema_version'] }),
  missing: NO_BLOB,
});

const readDocument = defineRoute({
  method: 'GET',
  path: '/api/v1/blobs/:id/data',
  name: 'blobData',
  tag: TAG,
  summary: 'Only a blob’s data, as it was sent or made.',
  description: 'Data that a user sent never changes, and may be cached for a day.',
  query: z.object({ schema_version: schemaVersion }),
  document: `query ($id: ID!, $asVersion: String) {
    blob(id: $id) { processorId data: content @data { ...Blob } }
  }`,
  variables: ({ path, query }) => ({ ...path, asVersion: query['schema_version'] }),
  at: ['blob', 'data'],
  missing: {
    code: 'BLOB_NOT_FOUND',
    message: 'There is no blob of this id, it is not yours, or it is still being made.',
  },
  caching: ({ blob }) =>
    (blob as { processor_id: string }).processor_id === 'state' ? 'immutable' : 'revalidate',
});

const listBlobs = defineRoute({
  method: 'GET',
  path: '/api/v1/users/:user_id/blobs',
  name: 'blobs',
  tag: TAG,
  summary: 'A user’s blobs, newest first, with the blobs derived from each.',
  description:
    'All given conditions must hold. Large texts and long lists are left out: read them from a single blob. A ' +
    'processor that is down is named in `unavailable`; the rest is answered. With three or more conditions, a page may hold ' +
    'fewer blobs than requested, or none, although there is a `next_cursor`.',
  query: ({ input }) =>
    input('BlobFilter').extend({
      cursor: z.string().optional().describe('The `next_cursor` of the previous page.'),
      limit: z.int().min(1).max(100).default(20).describe('The size of the page.'),
      include: include('total_count', 'live_cursor'),
    }),
  document: `query (
    $filter: BlobFilter, $first: Int, $after: String,
    $content: Boolean!, $derivedContent: Boolean!, $totalCount: Boolean!, $liveCursor: Boolean!
  ) {
    blobs(filter: $filter, first: $first, after: $after) {
      nodes {
        ${ENTRY}
        data: content @data { ... on UserBlob { body } }
        content @include(if: $content) { ...Blob @brief }
        ${DERIVED(20)}
      }
      pageInfo { hasNextPage endCursor }
      totalCount @include(if: $totalCount)
      totalCountIsExact @include(if: $totalCount)
      liveCursor @include(if: $liveCursor)
    }
  }`,
  variables({ query: { cursor, limit, include: names, ...filter } }) {
    const asked = new Set((names ?? []) as readonly string[]);
    return {
      filter,
      first: limit,
      after: cursor === '' ? undefined : cursor,
      ...included({ include: names }),
      totalCount: asked.has('total_count'),
      liveCursor: asked.has('live_cursor'),
    };
  },
});

const deleteBlob = defineRoute({
  method: 'DELETE',
  path: '/api/v1/blobs/:id',
  name: 'deleteBlob',
  tag: TAG,
  summary: 'Deletes a blob for good, with all that was made from it alone.',
  query: z.object({
    cascade: z
      .boolean()
      .optional()
      .describe('Whether to delete also what was made from it and others. Default: false.'),
  }),
  document: `mutation ($id: ID!, $cascade: Boolean) {
    deleteBlob(id: $id, cascade: $cascade) { deletedIds staleIds ${USER_ERRORS} }
  }`,
});

export const blobRoutes: readonly Route[] = [createBlob, readBlob, readDocument, listBlobs, deleteBlob];
