import { createHash } from 'node:crypto';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { createGraphClient } from '../../harness/client.ts';
import { callAs } from '../../harness/identity.ts';
import { createBlob, deleteBlob } from '../../harness/operations.ts';
import type { SeenRequest } from '../../harness/proxy.ts';
import { mainJob, type System, startSystem } from '../../harness/system.ts';
import {
  announced,
  completeUpload,
  keptObjects,
  requestUpload,
  seePicture,
  sendFile,
  untilProcessed,
  uploadPicture,
} from '../../harness/uploads.ts';

const services = [...mainJob, 'image-processor'] as const;
const shape = inject('shape');
const s3 = shape === 'embedded' ? 'the gateway' : 'the gateway, on S3';

let colour = 0;
/** A unique picture. */
function picture(): Promise<Buffer> {
  colour += 1;
  const background = { r: colour % 256, g: 100, b: 200 };
  return sharp({ create: { width: 400, height: 300, channels: 3, background } })
    .png()
    .toBuffer();
}
const read = async (system: System, url: string, headers: Record<string, string> = {}) =>
  fetch(new URL(url, system.urls.gateway), { headers });
const sha256 = (bytes: ArrayBuffer) => createHash('sha256').update(Buffer.from(bytes)).digest('hex');

describe(`a picture that is uploaded through ${s3}`, () => {
  let system: System;
  beforeAll(async () => {
    system = await startSystem(shape, { services, intercept: ['state'] });
  });
  afterEach(() => system.proxy('state').release());
  afterAll(() => system?.stop());

  it('is a blob of its user, whose files are read at their addresses without a token', async () => {
    const client = await system.client();
    const bytes = await picture();
    const { upload, blobId } = await uploadPicture(client, bytes, { bookId: 'my-novel' });
    expect(await completeUpload(client, upload.id)).toBe(blobId);
    const seen = await untilProcessed(client, blobId);
    expect(seen).toMatchObject({ type: 'image', title: 'The harbour', content: { bookId: 'my-novel' } });
    const asset = seen.derived.nodes[0]?.content;
    expect(asset).toMatchObject({ width: 400, height: 300 });
    const original = await read(system, asset?.original.url ?? '');
    expect([original.headers.get('content-type'), sha256(await original.arrayBuffer())]).toEqual([
      'image/png',
      seen.content?.body.sha256,
    ]);
    const rendition = asset?.renditions[0]?.url ?? '';
    const part = await read(system, rendition, { range: 'bytes=0-3' });
    expect([part.status, await part.text()]).toEqual([206, 'RIFF']);
    expect((await read(system, rendition.slice(0, -3))).status).toBe(403);
  });

  it('is no other user’s, and is not forged by a document', async () => {
    const [client, other] = [await system.client(), await system.client()];
    const bytes = await picture();
    const { upload, blobId } = await uploadPicture(client, bytes);
    expect(await completeUpload(other, upload.id)).toBe('NOT_FOUND');
    expect(await seePicture(other, blobId)).toBeNull();
    const { sha256: hash, sizeBytes } = announced(bytes);
    const data = {
      ...{ upload_id: upload.id, file_name: 'a.png', content_type: 'image/png' },
      ...{ size_bytes: sizeBytes, sha256: hash },
    };
    for (const forger of [other, client]) {
      const { blob, userErrors } = await createBlob(forger, {
        type: 'image',
        schemaId: 'image-input-v1',
        data,
      });
      expect([blob, userErrors[0]]).toMatchObject([null, { code: 'FORBIDDEN', field: 'schemaId' }]);
    }
    // A processor may create users' blobs only with its own schema.
    const userId = 'anybody';
    const ask = (as: 'image-processor' | 'text-expansion', schema_id: string) =>
      callAs(system, {
        as,
        to: 'state',
        method: 'POST',
        path: '/api/v1/blobs',
        userId,
        body: { type: 'x', schema_id, data: schema_id === 'note-v1' ? { content: 'x' } : data },
      });
    expect((await ask('image-processor', 'note-v1')).status).toBe(403);
    expect((await ask('text-expansion', 'image-input-v1')).status).toBe(403);
  });

  it('that is altered on its way, or another file, makes no blob', async () => {
    const client = await system.client();
    const bytes = await picture();
    const upload = await requestUpload(client, announced(bytes));
    const altered = Buffer.from(bytes);
    altered[altered.length - 1] = (altered.at(-1) ?? 0) ^ 1;
    expect(await sendFile(client, upload, altered)).toBe(422);
    expect(await completeUpload(client, upload.id)).toBe('UPLOAD_INCOMPLETE');
    expect(await sendFile(client, upload, bytes)).toBe(200);
    const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>');
    const { blobId } = await uploadPicture(client, svg);
    expect(blobId).toBe('UPLOAD_MISMATCH');
  });

  it('goes with its blob: its files, and the bytes when no other blob stands on them', async () => {
    const userId = `deleting|${Date.now()}`;
    const client = await system.client(userId);
    const bytes = await picture();
    const [one, other] = [await uploadPicture(client, bytes), await uploadPicture(client, bytes)];
    const urls = await Promise.all(
      [one, other].map(async ({ blobId }) => {
        const seen = await untilProcessed(client, blobId);
        return seen.derived.nodes[0]?.content?.original.url ?? '';
      }),
    );
    const [first = '', second = ''] = urls;
    await deleteBlob(client, one.blobId);
    await expect.poll(async () => (await read(system, first)).status, { timeout: 60_000 }).toBe(404);
    expect((await read(system, second)).status).toBe(200);
    await deleteBlob(client, other.blobId);
    await expect.poll(async () => (await read(system, second)).status, { timeout: 60_000 }).toBe(404);
    expect(await completeUpload(client, one.upload.id)).toBe('NOT_FOUND');
    await expect.poll(() => keptObjects(system, userId), { timeout: 60_000 }).toEqual([]);
  });

  it('goes with its user, whichever stage it is at', async () => {
    const userId = `erased|${Date.now()}`;
    const client = await system.client(userId);
    const { blobId } = await uploadPicture(client, await picture());
    await untilProcessed(client, blobId);
    const bytes = await picture();
    const open = await requestUpload(client, announced(bytes));
    expect(await sendFile(client, open, bytes)).toBe(200);
    expect(await keptObjects(system, userId)).not.toEqual([]);
    const operator = createGraphClient(system.urls.gateway, await system.token('olga', ['operator']));
    await operator.query('mutation ($id: ID!) { deleteUser(id: $id) { userErrors { code } } }', {
      id: userId,
    });
    const report = 'query ($id: ID!) { userErasure(id: $id) { finishedAt } }';
    type Report = { userErasure: { finishedAt: string | null } };
    const finished = async () =>
      (await operator.query<Report>(report, { id: userId })).userErasure.finishedAt !== null;
    await expect.poll(finished, { timeout: 90_000 }).toBe(true);
    expect(await keptObjects(system, userId)).toEqual([]);
    expect(await completeUpload(client, open.id)).toBe('NOT_FOUND');
  });

  describe.each(['hold-request', 'hold-response'] as const)(
    'when its processor is killed while state makes the blob (%s)',
    (moment) => {
      const isKeeping = ({ path, method }: SeenRequest) => method === 'POST' && path === '/api/v1/blobs';

      it('is one blob, whether its user asks again or not', async () => {
        const client = await system.client();
        const files = [await picture(), await picture()];
        const uploads = await Promise.all(
          files.map(async (bytes) => {
            const upload = await requestUpload(client, announced(bytes));
            expect(await sendFile(client, upload, bytes)).toBe(200);
            return upload;
          }),
        );
        const proxy = system.proxy('state');
        proxy.intervene((request) => (isKeeping(request) ? moment : 'pass'));
        const completing = Promise.allSettled(uploads.map(({ id }) => completeUpload(client, id)));
        await proxy.nextHeld();
        await system.process('image-processor').kill();
        proxy.release();
        await completing;
        await system.restart('image-processor');
        const query = '{ blobs(filter: { type: "image" }) { nodes { id } } }';
        const made = async () =>
          (await client.query<{ blobs: { nodes: { id: string }[] } }>(query)).blobs.nodes.map(({ id }) => id);
        const [asked] = uploads;
        const id = await completeUpload(client, asked?.id ?? '');
        await expect.poll(made, { timeout: 60_000 }).toContain(id);
        expect(await completeUpload(client, asked?.id ?? '')).toBe(id);
        const others = await completeUpload(client, uploads[1]?.id ?? '');
        expect((await made()).toSorted()).toEqual([id, others].toSorted());
      });
    },
  );
});

function uploadedToS3(): void {
  let system: System;
  beforeAll(async () => {
    const { services: real } = await import('../../../platform/testing/services.ts');
    const environment = { S3_PUBLIC_ENDPOINT: real().s3.endpoint };
    system = await startSystem(shape, { services, environment });
  });
  afterAll(() => system?.stop());

  it('goes there, and is read from there by way of its address', async () => {
    const client = await system.client();
    const bytes = await picture();
    const { upload, blobId } = await uploadPicture(client, bytes);
    const endpoint = system.environment['S3_PUBLIC_ENDPOINT'] ?? '';
    expect(upload.url.startsWith(`${endpoint}/`)).toBe(true);
    const asset = (await untilProcessed(client, blobId)).derived.nodes[0]?.content;
    const url = new URL(asset?.original.url ?? '', system.urls.gateway);
    const told = await fetch(url, { redirect: 'manual' });
    expect([told.status, told.headers.get('location')?.startsWith(`${endpoint}/`)]).toEqual([307, true]);
    const found = await fetch(url);
    expect(sha256(await found.arrayBuffer())).toBe(announced(bytes).sha256);
    expect(found.headers.get('content-disposition')).toMatch(/^inline; filename=harbour.png/);
  });
}

if (shape === 'real') describe('a picture that is uploaded to S3 itself', uploadedToS3);
