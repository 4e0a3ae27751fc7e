import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ObjectStore } from '../../platform/objects/objects.ts';
import type { Source } from '../../platform/processor/runs/sources.ts';
import { createLogger } from '../../platform/telemetry/logger.ts';
import { openTemporaryObjects } from '../../platform/testing/objects.ts';
import { createDecoder } from './picture/decoder.ts';
import { photograph } from './picture/pictures.fixture.ts';
import { processImage } from './run.ts';
import { originalKey } from './uploads/original.ts';

const MIB = 1024 ** 2;
let objects: ObjectStore;
let bytes: Buffer;
beforeAll(async () => {
  objects = await openTemporaryObjects();
  bytes = await photograph(60, 40).jpeg().toBuffer();
});
afterAll(() => objects?.close());

const decoder = createDecoder({ maxPixels: 1_000_000, maxBytes: 600 * MIB, logger: createLogger('silent') });

const inputOf = (over: object = {}) => ({
  upload_id: 'upload-1',
  file_name: 'harbour.jpg',
  content_type: 'image/jpeg',
  size_bytes: bytes.length,
  sha256: createHash('sha256').update(bytes).digest('hex'),
  ...over,
});

const store = (userId: string, input = inputOf(), body = bytes) =>
  objects.put(originalKey(userId, input), body, { contentType: 'image/jpeg' });

const run = (userId: string, data: unknown, { signal = new AbortController().signal, maxBytes = MIB } = {}) =>
  processImage(
    { id: 'asset', userId, source: { data } as Source, signal, onProgress: () => undefined },
    { objects, decoder, maxBytes },
  );

it('stores renditions as objects of the blob, named by their hash', async () => {
  await store('alice');
  const { data, objects: made = [], preview } = await run('alice', inputOf({ alt_text: 'Boats.' }));
  expect(preview).toBe('Boats.');
  expect(data).toMatchObject({
    width: 60,
    height: 40,
    format: 'JPEG',
    alt_text: 'Boats.',
    alt_text_by: 'user',
  });
  expect(data.original).toEqual(inputOf());
  expect(data.renditions.map(({ sha256 }) => sha256)).toEqual(made.map(({ sha256 }) => sha256));
  for (const { body, sha256 } of made) expect(createHash('sha256').update(body).digest('hex')).toBe(sha256);
  // Neither bytes nor addresses.
  expect(JSON.stringify(data).length).toBeLessThan(3_000);
});

it('uses the file’s name and size as preview without alt text', async () => {
  const { preview, data } = await run('alice', inputOf());
  expect(preview).toBe('harbour.jpg, 60 × 40');
  expect(data.alt_text).toBeUndefined();
});

describe('refuses with a typed error', () => {
  it('an unknown upload, and another user’s', async () => {
    for (const [user, over] of [
      ['alice', { upload_id: 'upload-2' }],
      ['bob', {}],
      ['alice', { upload_id: '../bob/upload-1' }],
    ] as const)
      await expect(run(user, inputOf(over))).rejects.toMatchObject({
        code: 'NOT_FOUND',
        field: 'data.upload_id',
      });
  });

  it('a file that is not the one that was uploaded', async () => {
    await store('carol', inputOf(), await photograph(30, 20).jpeg().toBuffer());
    await expect(run('carol', inputOf())).rejects.toMatchObject({
      code: 'IMAGE_INVALID',
      message: 'The stored file is not the one that was uploaded. Upload it again.',
    });
  });

  it('a file above the size limit, unread', async () => {
    await expect(run('alice', inputOf(), { maxBytes: 100 })).rejects.toMatchObject({
      code: 'IMAGE_TOO_LARGE',
    });
  });

  it('a blob that names no file', async () => {
    await expect(run('alice', { content: 'text' })).rejects.toMatchObject({ code: 'SCHEMA_VIOLATION' });
  });

  it('a picture that exceeds the memory limit', async () => {
    const small = createDecoder({ maxPixels: 1_000_000, maxBytes: 8 * MIB, logger: createLogger('silent') });
    const given = { source: { data: inputOf() } as Source, signal: new AbortController().signal };
    await expect(
      processImage(
        { id: 'asset', userId: 'alice', onProgress: () => undefined, ...given },
        { objects, decoder: small, maxBytes: MIB },
      ),
    ).rejects.toMatchObject({ code: 'IMAGE_TOO_LARGE', message: /more memory/ });
  });
});

it('ends with its signal', async () => {
  const ending = new AbortController();
  const working = processImage(
    {
      id: 'asset',
      userId: 'alice',
      source: { data: inputOf() } as Source,
      signal: ending.signal,
      onProgress: () => ending.abort(new Error('over')),
    },
    { objects, decoder, maxBytes: MIB },
  );
  await expect(working).rejects.toThrow('over');
});
