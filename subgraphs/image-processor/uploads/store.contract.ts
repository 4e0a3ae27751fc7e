import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { randomIds } from '../../../platform/ids/ids.ts';
import type { NewUpload, UploadLimits, UploadStore } from './store.ts';
import { keyOf, type Upload } from './upload.ts';

const at = (minutes: number) => new Date(Date.UTC(2026, 4, 1, 10, minutes));
const HOUR = 60;
const limits: UploadLimits = { open: 3, bytes: 1_000, since: at(-1_440) };
const hex = (digit: string) => digit.repeat(64);

/** The contract of {@link UploadStore} for every adapter. */
export function uploadsContract(open: () => Promise<{ store: UploadStore; close(): Promise<void> }>): void {
  let store: UploadStore;
  let close: () => Promise<void>;
  beforeAll(async () => {
    ({ store, close } = await open());
  });
  afterAll(() => close?.());

  const announced = (over: Partial<NewUpload> = {}): NewUpload => ({
    id: randomIds.next(),
    userId: `user ${randomUUID()}`,
    idempotencyKey: randomUUID(),
    inputHash: hex('0'),
    fileName: 'ü.png',
    contentType: 'image/png',
    sizeBytes: 100,
    sha256: hex('a'),
    title: 'A picture',
    bookId: 'b',
    conversationId: null,
    altText: null,
    keepPosition: true,
    createdAt: at(0),
    expiresAt: at(HOUR),
    ...over,
  });
  async function begin(over: Partial<NewUpload> = {}, now = at(0)): Promise<Upload> {
    const begun = await store.begin(announced(over), now, limits);
    if ('exceeded' in begun) throw new Error(begun.exceeded);
    return begun.upload;
  }
  async function completed(over: Partial<NewUpload> = {}): Promise<Upload> {
    const upload = await begin(over);
    await store.verify(upload, at(1));
    await store.complete(upload.id, `blob of ${upload.id}`);
    return (await store.find(upload.userId, upload.id)) as Upload;
  }
  /** A user's doomed objects: by key, the time until which they may still be put. */
  const doomed = async ({ userId }: Pick<Upload, 'userId'>, now = at(10_000)) => {
    const place = keyOf({ id: '', userId, sha256: '' }).split('/')[1] ?? '';
    return (await store.doomed(now, 100_000)).filter(({ key }) => key.includes(place));
  };
  const doomedKeys = async (of: Pick<Upload, 'userId'>, now?: Date) =>
    (await doomed(of, now)).map(({ key }) => key).toSorted();

  it('begins an upload once for a key, and finds it only for its user', async () => {
    const one = announced();
    const begun = await Promise.all(
      [1, 2, 3].map(() => store.begin({ ...one, id: randomIds.next() }, at(0), limits)),
    );
    const ids = begun.map((each) => ('upload' in each ? each.upload.id : ''));
    expect(new Set(ids).size).toBe(1);
    const found = await store.find(one.userId, ids[0] ?? '');
    const { idempotencyKey: _, inputHash: __, ...file } = one;
    expect(found).toEqual({
      ...file,
      id: ids[0],
      state: 'OPEN',
      originalId: ids[0],
      blobId: null,
      refusal: null,
    });
    expect(await store.find('another', ids[0] ?? '')).toBeNull();
    const other = await store.begin({ ...one, inputHash: hex('1') }, at(0), limits);
    expect(other).toMatchObject({ upload: { id: ids[0] }, inputHash: hex('0') });
  });

  it('counts a user’s open uploads and their bytes, however many begin at once', async () => {
    const userId = `user ${randomUUID()}`;
    const all = await Promise.all(
      Array.from({ length: 8 }, () => store.begin(announced({ userId }), at(0), limits)),
    );
    expect(all.filter((each) => 'upload' in each)).toHaveLength(3);
    expect(all.filter((each) => 'exceeded' in each && each.exceeded === 'open')).toHaveLength(5);
    // Expired uploads are not open, but their bytes count.
    expect('upload' in (await store.begin(announced({ userId }), at(HOUR), limits))).toBe(true);
    const large = announced({ userId, sizeBytes: 601 });
    expect(await store.begin(large, at(HOUR), limits)).toEqual({ exceeded: 'bytes' });
    expect('upload' in (await store.begin(large, at(HOUR), { ...limits, since: at(1) }))).toBe(true);
  });

  it('reopens an expired one for the same input', async () => {
    const one = announced();
    const { id } = await begin(one);
    const again = await begin({ ...one, expiresAt: at(2 * HOUR) }, at(HOUR));
    expect(again).toMatchObject({ id, state: 'OPEN', expiresAt: at(2 * HOUR) });
  });

  it('goes from open to verified to completed, each once', async () => {
    const upload = await begin();
    await store.complete(upload.id, 'too early');
    expect(await store.find(upload.userId, upload.id)).toMatchObject({ state: 'OPEN', blobId: null });
    await Promise.all([store.verify(upload, at(1)), store.verify(upload, at(1))]);
    await store.refuse(upload, 'too late', at(1));
    expect(await store.find(upload.userId, upload.id)).toMatchObject({ state: 'VERIFIED', refusal: null });
    expect((await store.due('VERIFIED', at(10_000), 10_000)).map(({ id }) => id)).toContain(upload.id);
    await store.complete(upload.id, 'blob');
    await store.complete(upload.id, 'another');
    expect(await store.find(upload.userId, upload.id)).toMatchObject({ state: 'COMPLETED', blobId: 'blob' });
    expect(await doomed(upload)).toEqual([]);
  });

  it('keeps equal bytes once for each user', async () => {
    const first = await completed();
    const second = await completed({ userId: first.userId });
    const third = await completed({ userId: first.userId, sha256: hex('b') });
    const others = await completed();
    expect([first, second, third, others].map(({ originalId }) => originalId)).toEqual([
      first.id,
      first.id,
      third.id,
      others.id,
    ]);
    expect(await doomedKeys(first)).toEqual([keyOf(second)]);
  });

  it('dooms an original once no upload needs it', async () => {
    const first = await completed();
    const { userId } = first;
    const second = await completed({ userId });
    await store.forget('another', { blobIds: [first.blobId ?? ''] }, at(2));
    await store.forget(userId, { blobIds: [first.blobId ?? '', 'none'] }, at(2));
    expect(await store.find(userId, first.id)).toBeNull();
    expect(await doomedKeys(first)).toEqual([keyOf(second)]);
    await store.forget(userId, { blobIds: [second.blobId ?? ''] }, at(2));
    expect(await doomedKeys(first)).toEqual([keyOf(first), keyOf(second)].toSorted());
    // The key is not used again, as its removal may come late.
    const again = await completed({ userId });
    expect(again.originalId).toBe(again.id);
    expect(await doomedKeys(first)).not.toContain(keyOf(again));
  });

  it('never loses an original that is uploaded again while it is deleted', async () => {
    for (let times = 0; times < 10; times++) {
      const first = await completed();
      const second = await begin({ userId: first.userId });
      await Promise.all([
        store.forget(first.userId, { blobIds: [first.blobId ?? ''] }, at(2)),
        store.verify(second, at(2)),
      ]);
      const now = (await store.find(first.userId, second.id)) as Upload;
      const place = keyOf({ ...now, id: now.originalId });
      expect(await doomedKeys(first)).not.toContain(place);
    }
  });

  it('keeps an object doomed while it may still be put', async () => {
    const upload = await begin();
    await store.refuse(upload, 'It is no picture', at(1));
    expect(await store.find(upload.userId, upload.id)).toMatchObject({
      state: 'REFUSED',
      refusal: 'It is no picture',
    });
    const [object] = await doomed(upload, at(1));
    expect(object).toEqual({ key: keyOf(upload), putUntil: at(2 * HOUR) });
    if (!object) return;
    await store.gone([object], at(2));
    expect(await doomed(upload, at(3))).toEqual([]);
    expect(await doomed(upload, at(2 * HOUR))).toEqual([object]);
    await store.gone([object], at(2 * HOUR));
    expect(await doomed(upload)).toEqual([]);
  });

  it('deletes only uploads that expired without a file', async () => {
    const userId = `user ${randomUUID()}`;
    const [ended, open, arrived] = [
      await begin({ userId }),
      await begin({ userId, expiresAt: at(2 * HOUR) }),
      await begin({ userId }),
    ];
    expect((await store.due('OPEN', at(HOUR), 10_000)).map(({ id }) => id)).toEqual(
      expect.arrayContaining([ended.id, arrived.id]),
    );
    await store.verify(arrived, at(HOUR));
    await store.forgetEnded(userId, [ended.id, open.id, arrived.id], at(HOUR));
    const left = await Promise.all([ended, open, arrived].map(({ id }) => store.find(userId, id)));
    expect(left.map((each) => each?.state ?? null)).toEqual([null, 'OPEN', 'VERIFIED']);
    expect(await doomedKeys({ userId })).toEqual([keyOf(ended)]);
  });

  it('deletes all uploads of a user', async () => {
    const one = await completed();
    const { userId } = one;
    const copy = await completed({ userId });
    const open = await begin({ userId });
    const others = await completed();
    expect(await store.forgetUser(userId, at(2))).toBe(false);
    for (const { id } of [one, copy, open]) expect(await store.find(userId, id)).toBeNull();
    expect(await doomedKeys(one)).toEqual([one, copy, open].map(keyOf).toSorted());
    expect(await store.find(others.userId, others.id)).toMatchObject({ state: 'COMPLETED' });
  });
}
