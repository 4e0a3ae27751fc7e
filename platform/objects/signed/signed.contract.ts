import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { request } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ObjectStore } from '../objects.ts';
import type { PutTerms, SignedObjects, SignedRequest } from './signed.ts';

export interface SignedSetUp {
  readonly signed: SignedObjects;
  /** The store itself, of the same place. */
  readonly objects: ObjectStore;
  /** Where an address leads in this test. */
  readonly at: (url: string) => string;
  /** Sets the time; null: the true one. */
  readonly setTime: (now: Date | null) => void;
  close(): Promise<void>;
}

const inAnHour = () => new Date(Date.now() + 3_600_000);
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const termsOf = (bytes: Uint8Array, over: Partial<PutTerms> = {}): PutTerms => ({
  contentType: 'image/png',
  sizeBytes: bytes.byteLength,
  sha256: sha256(bytes),
  expiresAt: inAnHour(),
  ...over,
});

/** The contract of signed requests, whoever answers them. */
export function signedContract(name: string, open: () => Promise<SignedSetUp>): void {
  describe(`${name}: signed requests`, () => {
    let set: SignedSetUp;
    beforeAll(async () => {
      set = await open();
    });
    afterAll(() => set?.close());

    const bytes = randomBytes(200_000);
    const fresh = () => `originals/${randomUUID()}/a + ü%2F&?=`;

    async function send({ method, url, headers }: SignedRequest, body?: Uint8Array) {
      const answer = await request(set.at(url), { method, headers, body: body ?? null });
      return {
        status: answer.statusCode,
        headers: answer.headers,
        body: Buffer.from(await answer.body.arrayBuffer()),
      };
    }
    async function isRefused(key: string, sent: SignedRequest, body?: Uint8Array) {
      const { status } = await send(sent, body);
      expect(status).toBeGreaterThanOrEqual(400);
      expect(status).toBeLessThan(500);
      expect(await set.objects.head(key)).toBeNull();
    }

    it('puts what was announced, also when it is sent again', async () => {
      const key = fresh();
      const signed = await set.signed.put(key, termsOf(bytes));
      for (const _ of ['once', 'again']) expect((await send(signed, bytes)).status).toBe(200);
      expect(await set.objects.head(key)).toMatchObject({
        sizeBytes: bytes.length,
        contentType: 'image/png',
      });
    });

    it('refuses other bytes of the same size', async () => {
      const key = fresh();
      const altered = Buffer.from(bytes);
      altered[100_000] = (altered[100_000] ?? 0) ^ 1;
      await isRefused(key, await set.signed.put(key, termsOf(bytes)), altered);
    });

    it.each([
      ['more', Buffer.concat([bytes, Buffer.from('x')])],
      ['fewer', bytes.subarray(1)],
      ['no', Buffer.alloc(0)],
    ])('refuses %s bytes', async (_, sent) => {
      const key = fresh();
      await isRefused(key, await set.signed.put(key, termsOf(bytes)), sent);
    });

    it('refuses another type', async () => {
      const key = fresh();
      const signed = await set.signed.put(key, termsOf(bytes));
      await isRefused(key, { ...signed, headers: { ...signed.headers, 'content-type': 'text/html' } }, bytes);
    });

    it('refuses another checksum than was signed, if one is sent', async () => {
      const key = fresh();
      const signed = await set.signed.put(key, termsOf(bytes));
      const others = randomBytes(bytes.length);
      const checksum = createHash('sha256').update(others).digest('base64');
      await isRefused(
        key,
        { ...signed, headers: { ...signed.headers, 'x-amz-checksum-sha256': checksum } },
        others,
      );
    });

    it('refuses a request for another key, or another method', async () => {
      const [key, other] = [fresh(), fresh()];
      const signed = await set.signed.put(key, termsOf(bytes));
      const [mine, theirs] = [key, other].map((each) => each.split('/')[1] ?? '');
      await isRefused(other, { ...signed, url: signed.url.replace(mine ?? '', theirs ?? '') }, bytes);
      await set.objects.put(key, bytes, { contentType: 'image/png' });
      const { status } = await send({ ...signed, method: 'GET', headers: {} });
      // MinIO misses the signed headers first.
      expect([400, 403]).toContain(status);
    });

    it('refuses what was signed for a time that is over', async () => {
      const key = fresh();
      set.setTime(new Date(Date.now() - 7_200_000));
      const expiresAt = new Date(Date.now() - 3_600_000);
      const [put, get] = [
        await set.signed.put(key, termsOf(bytes, { expiresAt })),
        await set.signed.get(key, { contentType: 'image/png', fileName: 'a.png', expiresAt }),
      ];
      set.setTime(null);
      await isRefused(key, put, bytes);
      await set.objects.put(key, bytes, { contentType: 'image/png' });
      expect((await send(get)).status).toBe(403);
    });

    describe('reading', () => {
      const key = fresh();
      const get = (over = {}) =>
        set.signed.get(key, {
          contentType: 'image/png',
          fileName: 'Füchse.png',
          expiresAt: inAnHour(),
          ...over,
        });
      beforeAll(() => set.objects.put(key, bytes, { contentType: 'application/octet-stream' }));

      it('answers all of it as it was signed', async () => {
        const { status, headers, body } = await send(await get());
        expect([status, sha256(body)]).toEqual([200, sha256(bytes)]);
        expect(headers).toMatchObject({
          'content-type': 'image/png',
          'content-length': String(bytes.length),
          'cache-control': 'private, max-age=300',
          'content-disposition': expect.stringMatching(/^inline; .*F%C3%BCchse/),
        });
      });

      it('has what could hold a script saved', async () => {
        for (const over of [{ contentType: 'image/svg+xml' }, { saved: true }]) {
          const { headers } = await send(await get(over));
          expect(headers['content-disposition']).toMatch(/^attachment/);
        }
      });

      it('answers ranges, and 304 to those who have it', async () => {
        const signed = await get();
        const part = await send({ ...signed, headers: { range: 'bytes=10-19' } });
        expect([part.status, part.headers['content-range']]).toEqual([206, `bytes 10-19/${bytes.length}`]);
        expect(part.body.equals(bytes.subarray(10, 20))).toBe(true);
        expect((await send({ ...signed, headers: { range: `bytes=${bytes.length}-` } })).status).toBe(416);
        const known = { 'if-none-match': String(part.headers['etag']) };
        expect((await send({ ...signed, headers: known })).status).toBe(304);
      });

      it('refuses another name or type than was signed', async () => {
        const { url, ...signed } = await get();
        for (const altered of [url.replace('png', 'html'), url.replace('chse', 'xe'), url.slice(0, -1)])
          expect((await send({ ...signed, url: altered })).status).toBe(403);
      });

      it('tells when it is not there', async () => {
        const missing = await set.signed.get(fresh(), {
          contentType: 'image/png',
          fileName: 'a.png',
          expiresAt: inAnHour(),
        });
        expect((await send(missing)).status).toBe(404);
      });
    });
  });
}
