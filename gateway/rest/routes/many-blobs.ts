import { defineRoute, type Route, USER_ERRORS } from './route.ts';

const createBlobs = defineRoute({
  method: 'POST',
  path: '/api/v1/blobs/bulk',
  name: 'createBlobs',
  tag: 'Blobs',
  summary: 'Stores up to 1,000 blobs, each by itself.',
  description:
    'A mistake in one does not fail the others: `results` has a result for each, in the order of the request, with its `user_errors`. ' +
    'A request that is repeated with the same key answers the same blobs.',
  body: ({ input }) => input('CreateBlobsInput'),
  document: `mutation ($input: CreateBlobsInput!) {
    createBlobs(input: $input) {
      results { index blob { ...BlobIndex @brief processor: processorId } ${USER_ERRORS} }
      ${USER_ERRORS}
    }
  }`,
});

/** Routes for many blobs at once. */
export const manyBlobRoutes: readonly Route[] = [createBlobs];
