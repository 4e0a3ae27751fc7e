import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createPostgresUploads } from './store.postgres.ts';
import { keyOf } from './upload.ts';
import { announcement, openUploadSet, png } from './uploads.fixture.ts';

let set: Awaited<ReturnType<typeof openUploadSet>>;
let user: string;
beforeAll(async () => {
  set = await openUploadSet(createPostgresUploads);
});
beforeEach(() => {
  user = `user ${randomUUID()}`;
  set.faults.clear();
  set.refuse(undefined);
});
afterAll(() => set?.close());

const code = (expected: string, field?: string) =>
  expect.objectContaining({ code: expected, ...(field === undefined ? {} : { field }) });
const blobsOf = (userId: string) => [...set.blobs.values()].filter((each) => each.userId === userId);

describe('announcing', () => {
  it.each<[string, unknown, string]>([
    ['fileName', '../../etc/passwd', 'fileName'],
    ['fileName', 'a\\b.png', 'fileName'],
    ['fileName', '..', 'fileName'],
    ['fileName', 'a\nb', 'fileName'],
    ['fileName', 'x'.repeat(256), 'fileName'],
    ['contentType', 'image/svg+xml', 'contentType'],
    ['contentType', 'text/html', 'contentType'],
    ['contentType', 'IMAGE/PNG', 'contentType'],
    ['sizeBytes', 0, 'sizeBytes'],
    ['sizeBytes', -1, 'sizeBytes'],
    ['sizeBytes', 1.5, 'sizeBytes'],
    ['sizeBytes', 25 * 1024 ** 2 + 1, 'sizeBytes'],
    ['sha256', 'abc', 'sha256'],
    ['sha256', `${'a'.repeat(64)}\n`, 'sha256'],
    ['title', '  ', 'title'],
    ['title', 'half \ud83e', 'title'],
    ['bookId', 'x'.repeat(201), 'bookId'],
    ['altText', 'a\0b', 'altText'],
    ['idempotencyKey', '', 'idempotencyKey'],
    ['idempotencyKey', undefined, 'idempotencyKey'],
  ])('refuses %s %j by its field', async (name, value, field) => {
    const input = { ...announcement(png()), [name]: value };
    await expect(set.uploads.request(user, input)).rejects.toMatchObject({
      errors: [{ field, code: 'VALIDATION_FAILED' }],
    });
  });

  it('finds the upload of the same key, and refuses another input', async () => {
    const input = announcement(png('once'));
    const one = await set.uploads.request(user, input);
    const again = await set.uploads.request(user, { ...input, sha256: input.sha256.toUpperCase() });
    expect(again.upload.id).toBe(one.upload.id);
    await expect(set.uploads.request(user, { ...input, title: 'Another' })).rejects.toEqual(
      code('IDEMPOTENCY_CONFLICT', 'idempotencyKey'),
    );
    expect((await set.uploads.request('another user', input)).upload.id).not.toBe(one.upload.id);
  });

  it('limits open uploads, and bytes in 24 hours', async () => {
    const ask = (over = {}) => set.uploads.request(user, announcement(png(randomUUID()), over));
    for (let open = 0; open < 3; open++) await ask();
    await expect(ask()).rejects.toEqual(code('UPLOADS_EXCEEDED'));
    set.pass(61);
    const large = { sizeBytes: 25 * 1024 ** 2 };
    await ask(large);
    await ask(large);
    await expect(ask(large)).rejects.toEqual(code('UPLOADS_EXCEEDED', 'sizeBytes'));
    set.pass(24 * 60 + 1);
    await ask(large);
  });
});

describe('completing', () => {
  it('makes one blob that names the bytes, however often and concurrently it is requested', async () => {
    const bytes = png('whole');
    const upload = await set.sent(user, bytes, { bookId: 'b', altText: 'A fox', keepPosition: true });
    const ids = await Promise.all(Array.from({ length: 5 }, () => set.uploads.complete(user, upload.id)));
    expect(new Set([...ids, await set.uploads.complete(user, upload.id)]).size).toBe(1);
    expect(blobsOf(user).map(({ blob }) => blob)).toEqual([
      {
        type: 'image',
        schema_id: 'image-input-v1',
        title: 'A fox',
        conversation_id: null,
        idempotency_key: upload.id,
        data: {
          upload_id: upload.id,
          file_name: 'fox.png',
          content_type: 'image/png',
          size_bytes: bytes.length,
          sha256: upload.sha256,
          alt_text: 'A fox',
          keep_position: true,
          metadata: { book_id: 'b' },
        },
      },
    ]);
  });

  it('keeps equal bytes of a user once, even when they arrive at once', async () => {
    const bytes = png('twice');
    const uploads = [await set.sent(user, bytes), await set.sent(user, bytes)];
    await Promise.all(uploads.map(({ id }) => set.uploads.complete(user, id)));
    const named = new Set(blobsOf(user).map(({ blob }) => (blob.data as { upload_id: string }).upload_id));
    expect([blobsOf(user).length, named.size]).toEqual([2, 1]);
    await set.sweeper.removeDoomed();
    const original = uploads.find(({ id }) => named.has(id));
    expect(original && (await set.objects.head(keyOf(original)))).toBeTruthy();
    const copy = uploads.find(({ id }) => !named.has(id));
    expect(copy && (await set.objects.head(keyOf(copy)))).toBeNull();
    if (copy) expect(await set.uploads.complete(user, copy.id)).toBeDefined();
  });

  it.each<[string, Buffer, Record<string, unknown>, Buffer | undefined, RegExp]>([
    ['shorter', png('longer'), {}, png('long'), /has 12 bytes, not 14/],
    ['altered', png('aaaa'), {}, png('aaab'), /another SHA-256/],
    [
      'a JPEG',
      Buffer.from('\xff\xd8\xff\xe0 a picture', 'latin1'),
      {},
      undefined,
      /is JPEG, not `image\/png`/,
    ],
    ['SVG', Buffer.from('<svg><script>alert(1)</script></svg>'), {}, undefined, /is SVG/],
    ['HTML', Buffer.from('<!doctype html><script>alert(1)</script>'), {}, undefined, /is HTML/],
    ['PDF', Buffer.from('%PDF-1.7'), { contentType: 'image/jpeg' }, undefined, /is PDF/],
    ['nothing known', Buffer.from('MZ\x90'), { contentType: 'image/gif' }, undefined, /no picture/],
  ])(
    'refuses what is %s by name, again and again, and keeps none of it',
    async (_, bytes, over, arrived, message) => {
      const upload = await set.sent(user, bytes, over, arrived);
      for (const _again of [1, 2])
        await expect(set.uploads.complete(user, upload.id)).rejects.toMatchObject({
          code: 'UPLOAD_MISMATCH',
          field: 'uploadId',
          message: expect.stringMatching(message),
        });
      expect(blobsOf(user)).toEqual([]);
      await set.sweeper.sweep();
      expect(await set.objects.head(keyOf(upload))).toBeNull();
    },
  );

  it('does not find another user’s upload, or an unknown one', async () => {
    const upload = await set.sent(user, png('mine'));
    for (const [asker, id] of [
      ['another user', upload.id],
      [user, randomUUID()],
      [user, 'none'],
      [user, `${upload.id}'; --`],
    ] as const)
      await expect(set.uploads.complete(asker, id)).rejects.toEqual(code('NOT_FOUND', 'uploadId'));
  });

  it('waits for the file until the upload expires', async () => {
    const { upload } = await set.uploads.request(user, announcement(png('late')));
    await expect(set.uploads.complete(user, upload.id)).rejects.toEqual(code('UPLOAD_INCOMPLETE'));
    set.pass(61);
    await expect(set.uploads.complete(user, upload.id)).rejects.toEqual(code('UPLOAD_EXPIRED'));
    await set.sweeper.sweep();
    await expect(set.uploads.complete(user, upload.id)).rejects.toEqual(code('NOT_FOUND'));
  });
});

describe('an interrupted upload', () => {
  const steps: [string, 'before' | 'after'][] = [
    ['objects.get', 'before'],
    ...['store.verify', 'state.keep', 'store.complete'].flatMap((step): [string, 'before' | 'after'][] => [
      [step, 'before'],
      [step, 'after'],
    ]),
  ];

  it.each(steps)('at %s (%s) gives the same blob when it is retried', async (step, when) => {
    const upload = await set.sent(user, png(`${step} ${when}`));
    set.faults.set(step, when);
    await expect(set.uploads.complete(user, upload.id)).rejects.toThrow();
    set.faults.clear();
    const id = await set.uploads.complete(user, upload.id);
    expect(blobsOf(user).map((each) => each.id)).toEqual([id]);
    expect(await set.objects.head(keyOf(upload))).not.toBeNull();
  });

  it.each([
    ['state.keep', 'before'],
    ['state.keep', 'after'],
    ['store.complete', 'before'],
  ] as const)(
    'at %s (%s), once verified, is finished by the sweep, also past its time',
    async (step, when) => {
      const upload = await set.sent(user, png(`swept ${step} ${when}`));
      set.faults.set(step, when);
      await expect(set.uploads.complete(user, upload.id)).rejects.toThrow();
      set.pass(3 * 60);
      await set.sweeper.sweep().catch(() => undefined);
      set.faults.clear();
      await set.sweeper.sweep();
      const [blob] = blobsOf(user);
      expect(await set.uploads.complete(user, upload.id)).toBe(blob?.id);
      expect(blobsOf(user)).toHaveLength(1);
    },
  );

  it('is swept with its object once it expired without completion', async () => {
    const upload = await set.sent(user, png('left'));
    await set.sweeper.sweep();
    expect(await set.objects.head(keyOf(upload))).not.toBeNull();
    set.pass(61);
    set.faults.set('objects.delete', 'before');
    await expect(set.sweeper.sweep()).rejects.toThrow();
    set.faults.clear();
    await set.sweeper.sweep();
    expect(await set.objects.head(keyOf(upload))).toBeNull();
    // A late PUT is removed too.
    await set.objects.put(keyOf(upload), png('left'), { contentType: 'image/png' });
    set.pass(61);
    await set.sweeper.sweep();
    expect(await set.objects.head(keyOf(upload))).toBeNull();
  });

  it('is deleted with its bytes when its blob was deleted before that was recorded', async () => {
    const upload = await set.sent(user, png('deleted'));
    set.faults.set('state.keep', 'after');
    await expect(set.uploads.complete(user, upload.id)).rejects.toThrow();
    set.faults.clear();
    set.refuse('BLOB_DELETED');
    await expect(set.uploads.complete(user, upload.id)).rejects.toEqual(code('BLOB_DELETED', 'uploadId'));
    await set.sweeper.sweep();
    expect(await set.objects.head(keyOf(upload))).toBeNull();
  });

  it('that state refuses permanently is retried until it expires', async () => {
    const upload = await set.sent(user, png('refused'));
    set.refuse('USER_ERASING');
    await expect(set.uploads.complete(user, upload.id)).rejects.toEqual(code('USER_ERASING'));
    await set.sweeper.sweep();
    expect(await set.store.find(user, upload.id)).toMatchObject({ state: 'VERIFIED' });
    set.pass(61);
    await set.sweeper.sweep();
    expect(await set.store.find(user, upload.id)).toBeNull();
    expect(await set.objects.head(keyOf(upload))).toBeNull();
  });
});
