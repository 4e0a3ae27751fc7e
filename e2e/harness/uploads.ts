import { createHash, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { expect } from 'vitest';
import { loadConfig } from '../../platform/config/config.ts';
import { segmentOf } from '../../platform/objects/names.ts';
import { openFolderObjects } from '../../platform/objects/objects.folder.ts';
import { openS3Objects } from '../../platform/objects/objects.s3.ts';
import type { GraphClient } from './client.ts';
import type { System } from './system.ts';

/** Keys of the user's objects in the image processor's store. */
export async function keptObjects(
  { dataDir, environment }: Pick<System, 'dataDir' | 'environment'>,
  userId: string,
): Promise<string[]> {
  const { s3, namespace } = loadConfig({ ...environment });
  const store = s3 ? openS3Objects(s3) : await openFolderObjects(join(dataDir, 'objects'));
  try {
    const place = `${namespace}/image-processor`;
    const found = await store.list(place, { limit: 1_000 });
    const keys = found.map(({ key }) => key.slice(place.length + 1));
    return keys.filter((key) => key.split('/')[1] === segmentOf(userId));
  } finally {
    await store.close();
  }
}

/** The request that uploads a file. */
export interface UploadRequest {
  readonly id: string;
  readonly url: string;
  readonly method: string;
  readonly headers: readonly { readonly name: string; readonly value: string }[];
}

interface Told {
  readonly userErrors: readonly {
    readonly field: string | null;
    readonly code: string;
    readonly message: string;
  }[];
}

const REQUEST = /* GraphQL */ `
  mutation ($input: RequestUploadInput!) {
    requestUpload(input: $input) {
      upload { id url method headers { name value } expiresAt }
      userErrors { field code message }
    }
  }
`;
const COMPLETE = /* GraphQL */ `
  mutation ($uploadId: ID!) {
    completeUpload(input: { uploadId: $uploadId }) { blob { id } userErrors { field code message } }
  }
`;
const ASSET = /* GraphQL */ `
  query ($id: ID!) {
    blob(id: $id) {
      type
      title
      processing { state runs { error { code message } } }
      content { ... on UserBlob { body bookId } }
      derived { nodes { content { ... on ImageAsset { width height original { url } renditions { name url } } } } }
    }
  }
`;

export interface SeenPicture {
  readonly type: string;
  readonly title: string;
  readonly processing: { readonly state: string; readonly runs: readonly { readonly error: unknown }[] };
  readonly content: { readonly body: { readonly sha256: string }; readonly bookId: string | null } | null;
  readonly derived: {
    readonly nodes: readonly {
      readonly content: {
        readonly width: number;
        readonly height: number;
        readonly original: { readonly url: string };
        readonly renditions: readonly { readonly name: string; readonly url: string }[];
      } | null;
    }[];
  };
}

export const announced = (bytes: Uint8Array, over: Record<string, unknown> = {}) => ({
  fileName: 'harbour.png',
  contentType: 'image/png',
  sizeBytes: bytes.byteLength,
  sha256: createHash('sha256').update(bytes).digest('hex'),
  title: 'The harbour',
  idempotencyKey: randomUUID(),
  ...over,
});

/** Requests an upload. @throws when it is refused */
export async function requestUpload(client: GraphClient, input: object): Promise<UploadRequest> {
  type Requested = { requestUpload: Told & { upload: UploadRequest | null } };
  const { requestUpload: payload } = await client.query<Requested>(REQUEST, { input });
  if (!payload.upload) throw new Error(JSON.stringify(payload.userErrors));
  return payload.upload;
}

/** Uploads a file. @returns the status */
export async function sendFile(
  client: GraphClient,
  upload: UploadRequest,
  bytes: Uint8Array,
): Promise<number> {
  const headers = Object.fromEntries(upload.headers.map(({ name, value }) => [name, value]));
  const to = new URL(upload.url, client.gateway);
  const answer = await fetch(to, { method: upload.method, headers, body: new Uint8Array(bytes) });
  await answer.arrayBuffer();
  return answer.status;
}

/** Completes an upload. @returns the blob's id, or the error's code */
export async function completeUpload(client: GraphClient, uploadId: string): Promise<string> {
  type Completed = { completeUpload: Told & { blob: { id: string } | null } };
  const { completeUpload: payload } = await client.query<Completed>(COMPLETE, { uploadId });
  return payload.blob?.id ?? payload.userErrors[0]?.code ?? '';
}

/** Requests an upload, sends the picture, and completes it. */
export async function uploadPicture(
  client: GraphClient,
  bytes: Uint8Array,
  over: Record<string, unknown> = {},
) {
  const upload = await requestUpload(client, announced(bytes, over));
  expect(await sendFile(client, upload, bytes)).toBe(200);
  return { upload, blobId: await completeUpload(client, upload.id) };
}

export const seePicture = async (client: GraphClient, id: string): Promise<SeenPicture | null> =>
  (await client.query<{ blob: SeenPicture | null }>(ASSET, { id })).blob;

/** Waits until the picture's renditions exist. */
export async function untilProcessed(client: GraphClient, id: string): Promise<SeenPicture> {
  await expect
    .poll(async () => (await seePicture(client, id))?.processing.state, { timeout: 90_000 })
    .toBe('COMPLETED');
  return (await seePicture(client, id)) as SeenPicture;
}
