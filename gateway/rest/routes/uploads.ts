import { path } from '../../../platform/ids/service-path.ts';
import { defineRoute, type Route, USER_ERRORS } from './route.ts';

const TAG = 'Uploads';

const requestUpload = defineRoute({
  method: 'POST',
  path: '/api/v1/uploads',
  name: 'requestUpload',
  tag: TAG,
  summary: 'Announces a picture and answers where to upload its file.',
  description:
    'Send the file to `url` by `method`, with all `headers`; then complete the upload. A `url` without a ' +
    'host is relative to the gateway.',
  body: ({ input }) => input('RequestUploadInput'),
  document: `mutation ($input: RequestUploadInput!) {
    requestUpload(input: $input) {
      upload { ...Upload headers { name value } }
      ${USER_ERRORS}
    }
  }`,
  status: 201,
});

const completeUpload = defineRoute({
  method: 'POST',
  path: '/api/v1/uploads/:id/complete',
  name: 'completeUpload',
  tag: TAG,
  summary: 'Checks the uploaded file and creates its blob. Repeated, it answers the same blob.',
  document: `mutation ($input: CompleteUploadInput!) {
    completeUpload(input: $input) {
      blob { ...BlobIndex processor: processorId }
      ${USER_ERRORS}
    }
  }`,
  variables: ({ path: { id } }) => ({ input: { upload_id: id } }),
  location: ({ blob }) => path`/api/v1/blobs/${(blob as { id: string }).id}`,
});

export const uploadRoutes: readonly Route[] = [requestUpload, completeUpload];
