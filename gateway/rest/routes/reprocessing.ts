import { z } from 'zod';
import { defineRoute, type Route, USER_ERRORS } from './route.ts';

const TAG = 'Processing';
const PATH = '/api/v1/processors/:id/reprocessing';

const params = z.object({ id: z.string().describe('The processor’s id.') });
const allUsers = z
  .boolean()
  .nullish()
  .describe('That over all users’ blobs, for operators. Default: that over your own.');

const reprocessBlobs = defineRoute({
  method: 'POST',
  path: PATH,
  name: 'reprocessBlobs',
  tag: TAG,
  summary: 'Has a processor make anew what it made of all blobs that fit a filter.',
  params,
  body: ({ input }) => input('ReprocessBlobsInput').omit({ processor_id: true }),
  document: `mutation ($input: ReprocessBlobsInput!) {
    reprocessBlobs(input: $input) { reprocessing { ...Reprocessing } ${USER_ERRORS} }
  }`,
  variables: ({ path: { id }, body }) => ({ input: { ...(body as object), processor_id: id } }),
  status: 202,
});

const readReprocessing = defineRoute({
  method: 'GET',
  path: PATH,
  name: 'reprocessing',
  tag: TAG,
  summary: 'How far a processor is with the blobs that it makes anew.',
  params,
  query: z.object({ all_users: allUsers }),
  document: `query ($id: ID!, $allUsers: Boolean) {
    reprocessing(processorId: $id, allUsers: $allUsers) { ...Reprocessing }
  }`,
  missing: { code: 'NOT_FOUND', message: 'Nothing of this processor was asked to be made anew.' },
});

const cancelReprocessing = defineRoute({
  method: 'POST',
  path: `${PATH}/cancel`,
  name: 'cancelReprocessing',
  tag: TAG,
  summary: 'Asks for no more of the blobs that a processor makes anew.',
  params,
  body: z.object({ all_users: allUsers }),
  document: `mutation ($id: ID!, $allUsers: Boolean) {
    cancelReprocessing(processorId: $id, allUsers: $allUsers) { reprocessing { ...Reprocessing } ${USER_ERRORS} }
  }`,
  variables: ({ path: { id }, body }) => ({ ...(body as object), id }),
});

export const reprocessingRoutes: readonly Route[] = [reprocessBlobs, readReprocessing, cancelReprocessing];
