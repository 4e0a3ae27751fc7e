import { createHash } from 'node:crypto';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { photograph } from '../../../subgraphs/image-processor/picture/pictures.fixture.ts';
import type { GraphClient } from '../../harness/client.ts';
import { deleteBlob, untilState } from '../../harness/operations.ts';
import { type SharedSystem, sharedSystem } from '../../harness/shared.ts';

let system: SharedSystem;

beforeAll(async () => {
  system = await sharedSystem();
});
afterAll(() => system?.leave());

interface UserErrors {
  readonly userErrors: readonly { readonly code: string; readonly message: string }[];
}

interface Requested {
  readonly requestUpload: UserErrors & {
    readonly upload: {
      readonly id: string;
      readonly url: string;
      readonly method: string;
      readonly headers: readonly { readonly name: string; readonly value: string }[];
    };
  };
}

interface Completed {
  readonly completeUpload: UserErrors & { readonly blob: { readonly id: string } | null };
}

const REQUEST = /* GraphQL */ `
  mutation ($input: RequestUploadInput!) {
    requestUpload(input: $input) { upload { id url method headers { name value } } userErrors { code message } }
  }
`;
const COMPLETE = /* GraphQL */ `
  mutation ($input: CompleteUploadInput!) {
    completeUpload(input: $input) { blob { id } userErrors { code message } }
  }
`;

/** Uploads a picture. @returns its blob's id */
async function upload(client: GraphClient, bytes: Buffer, over: object = {}): Promise<string> {
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const file = { fileName: 'harbour.jpg', contentType: 'image/jpeg', sizeBytes: bytes.length, sha256 };
  const input = { ...file, title: 'The harbour', idempotencyKey: sha256, ...over };
  const { requestUpload } = await client.query<Requested>(REQUEST, { input });
  expect(requestUpload.userErrors).toEqual([]);
  const { id, url, method, headers } = requestUpload.upload;
  const sent = await fetch(new URL(url, system.urls.gateway), {
    method,
    headers: Object.fromEntries(headers.map(({ name, value }) => [name, value])),
    body: new Uint8Array(bytes),
  });
  expect(sent.status).toBeLessThan(300);
  const { completeUpload } = await client.query<Completed>(COMPLETE, { input: { uploadId: id } });
  expect(completeUpload.userErrors).toEqual([]);
  return completeUpload.blob?.id ?? '';
}

const PICTURE = /* GraphQL */ `
  query ($id: ID!) {
    blob(id: $id) {
      type
      title
      processing { state runs { processorId state error { code message } } }
      derived {
        nodes {
          id
          content {
            ... on ImageAsset {
              width height format sizeBytes pages hasAlpha takenAt camera position { latitude longitude }
              dominantColors thumbhash altText altTextBy
              renditions { name format width height sizeBytes sha256 url }
              original { fileName contentType sizeBytes sha256 url }
            }
          }
        }
      }
    }
  }
`;

interface FileView {
  readonly name: string;
  readonly format: string;
  readonly width: number;
  readonly height: number;
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly url: string;
}

interface PictureView {
  readonly blob: {
    readonly type: string;
    readonly processing: {
      readonly runs: readonly {
        readonly error: { readonly code: string; readonly message: string } | null;
      }[];
    };
    readonly derived: {
      readonly nodes: readonly {
        readonly id: string;
        readonly content: {
          readonly renditions: readonly FileView[];
          readonly original: Omit<FileView, 'name' | 'format' | 'width' | 'height'>;
        } & Readonly<Record<string, unknown>>;
      }[];
    };
  };
}

const pictureOf = async (client: GraphClient, id: string) =>
  (await client.query<PictureView>(PICTURE, { id })).blob;

async function read(url: string, headers: Record<string, string> = {}) {
  const answer = await fetch(new URL(url, system.urls.gateway), { headers });
  return {
    status: answer.status,
    type: answer.headers.get('content-type'),
    etag: answer.headers.get('etag'),
    bytes: Buffer.from(await answer.arrayBuffer()),
  };
}

const hash = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

it('a picture goes up, its renditions come back at their addresses, and all of it goes with its blob', async () => {
  const client = await system.client();
  const exif = {
    IFD0: { Make: 'Canon', Model: 'EOS 5D', Orientation: '6' },
    IFD3: {
      GPSLatitudeRef: 'N',
      GPSLatitude: '1/1 2/1 3/1',
      GPSLongitudeRef: 'E',
      GPSLongitude: '4/1 5/1 6/1',
    },
  };
  const bytes = await photograph(900, 600).withExif(exif).withMetadata({ orientation: 6 }).jpeg().toBuffer();
  const id = await upload(client, bytes, { altText: 'Boats at the quay.' });
  await untilState(client, id, 'COMPLETED');
  const { type, derived } = await pictureOf(client, id);
  expect(type).toBe('image');
  const [asset] = derived.nodes;
  expect(asset?.content).toMatchObject({
    width: 600,
    height: 900,
    format: 'JPEG',
    sizeBytes: bytes.length,
    pages: 1,
    position: null,
    altText: 'Boats at the quay.',
    altTextBy: 'user',
    original: {
      fileName: 'harbour.jpg',
      contentType: 'image/jpeg',
      sizeBytes: bytes.length,
      sha256: hash(bytes),
    },
  });
  const { renditions = [], original } = asset?.content ?? {};
  expect(renditions.map(({ name, format }) => `${name} ${format}`)).toEqual([
    'thumbnail WEBP',
    'thumbnail AVIF',
    '640 WEBP',
    '640 AVIF',
    '1280 WEBP',
    '1280 AVIF',
  ]);
  for (const rendition of renditions) {
    const file = await read(rendition.url);
    expect(file).toMatchObject({
      status: 200,
      type: `image/${rendition.format.toLowerCase()}`,
      etag: `"${rendition.sha256}"`,
    });
    expect(hash(file.bytes)).toBe(rendition.sha256);
    const { width, height, exif: written } = await sharp(file.bytes).metadata();
    expect({ width, height, written }).toEqual({
      width: rendition.width,
      height: rendition.height,
      written: undefined,
    });
    const part = await read(rendition.url, { range: 'bytes=2-9' });
    expect([part.status, part.bytes.equals(file.bytes.subarray(2, 10))]).toEqual([206, true]);
  }
  expect((await read(original?.url ?? '')).bytes.equals(bytes)).toBe(true);

  await deleteBlob(client, id);
  for (const { url } of [...renditions, original as FileView])
    await expect.poll(async () => (await read(url)).status, { timeout: 60_000 }).toBe(404);
});

it('a picture that is cut off fails by name', async () => {
  const client = await system.client();
  const whole = await photograph(300, 200).jpeg().toBuffer();
  const id = await upload(client, whole.subarray(0, whole.length / 2));
  await untilState(client, id, 'FAILED');
  const { processing, derived } = await pictureOf(client, id);
  expect(processing.runs.map(({ error }) => error)).toMatchObject([
    { code: 'IMAGE_INVALID', message: 'The picture is cut off: its end is missing.' },
  ]);
  expect(derived.nodes).toEqual([]);
});

it('others see nothing of it', async () => {
  const [alice, bob] = [await system.client(), await system.client()];
  const id = await upload(alice, await photograph(60, 40).jpeg().toBuffer());
  await untilState(alice, id, 'COMPLETED');
  const [asset] = (await pictureOf(alice, id)).derived.nodes;
  const { data } = await bob.request<{ one: null; other: null }>(
    'query ($id: ID!, $asset: ID!) { one: blob(id: $id) { id } other: blob(id: $asset) { id } }',
    { id, asset: asset?.id },
  );
  expect(data).toEqual({ one: null, other: null });
  const path = `/api/v1/processors/image-processor/blobs/${asset?.id}/artifacts/thumbnail-webp`;
  const statusFor = async ({ token }: GraphClient) =>
    (await read(path, { authorization: `Bearer ${token}` })).status;
  expect([await statusFor(alice), await statusFor(bob)]).toEqual([200, 404]);
});
