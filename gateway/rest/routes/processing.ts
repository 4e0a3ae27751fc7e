import { z } from 'zod';
import { NO_BLOB } from '../../../platform/serving/direct-reads/owners.ts';
import { defineRoute, type Route, USER_ERRORS } from './route.ts';

const TAG = 'Processing';

const readProcessing = defineRoute({
  method: 'GET',
  path: '/api/v1/blobs/:id/processing',
  name: 'processing',
  tag: TAG,
  summary: 'The processing of a blob: its state, and each run.',
  document: 'query ($id: ID!) { blob(id: $id) { processing { ...Processing } } }',
  within: ['blob'],
  missing: NO_BLOB,
});

const readLineage = defineRoute({
  method: 'GET',
  path: '/api/v1/blobs/:id/lineage',
  name: 'lineage',
  tag: 'Blobs',
  summary: 'The blobs that a blob was made from, and those made from it.',
  query: z.object({
    depth: z.int().min(1).max(50).optional().describe('Steps from the blob, 1 to 50. Default: 10.'),
  }),
  document: `query ($id: ID!, $depth: Int = 10) {
    blob(id: $id) {
      lineage(depth: $depth) {
        nodes { ...BlobIndex @brief processor: processorId }
        edges { parentId childId }
        truncated
      }
    }
  }`,
  within: ['blob'],
  missing: NO_BLOB,
});

const params = z.object({
  id: z.string().describe('The blob’s id.'),
  processor_id: z.string().describe('The processor’s id, e.g. `text-expansion`.'),
});

/** A route that changes one processor's run on a blob, by a mutation with both ids. */
const change = (action: string, mutation: string, summary: string): Route =>
  defineRoute({
    method: 'POST',
    path: `/api/v1/blobs/:id/processing/:processor_id/${action}`,
    name: mutation,
    tag: TAG,
    summary,
    params,
    document: `mutation ($id: ID!, $processorId: ID!) {
      ${mutation}(blobId: $id, processorId: $processorId) {
        blob { ...BlobIndex @brief processor: processorId processing { ...Processing } }
        ${USER_ERRORS}
      }
    }`,
    status: 202,
  });

export const processingRoutes: readonly Route[] = [
  readProcessing,
  change('retry', 'retryProcessing', 'Retries a failed run of a processor on a blob.'),
  change('cancel', 'cancelProcessing', 'Cancels a pending or active run of a processor on a blob.'),
  change('reprocess', 'reprocess', 'Has a processor process a blob anew.'),
  readLineage,
];
