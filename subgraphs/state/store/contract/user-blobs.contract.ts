import { describe, expect, it } from 'vitest';
import { ids, newUser, userBlob } from '../../testing/records.fixture.ts';
import type { StateStore } from '../store.ts';

/** Every adapter's contract for users' blobs. */
export function userBlobContract(store: () => StateStore): void {
  describe('user blobs', () => {
    it('gives back what was stored, as it was', async () => {
      const blob = userBlob(newUser());
      const { stored, inserted } = await store().insertUserBlob(blob);
      expect(inserted).toBe(true);
      expect(stored).toEqual(blob);
      const [read] = await store().userBlobs(blob.userId, [blob.id]);
      expect(read).toEqual(blob);
      expect(JSON.stringify(read?.data)).toBe(JSON.stringify(blob.data));
    });

    it.each([
      [
        'members that are operators, paths or types elsewhere',
        '{"$set":{"$inc":1},"a.b":{".":"."},"":"","__proto__":{"constructor":null},"_id":"x","$date":"2026-01-01"}',
      ],
      [
        'what looks like a reference',
        '{"at":{"$ref":"books","$id":"1","$db":"x"},"in":[{"$ref":"a","$id":{}}]}',
      ],
      [
        'what looks like a driver type',
        '{"_bsontype":"ObjectId","id":"1","in":{"_bsontype":5,"toBSON":"no"}}',
      ],
      ['members in their order', '{"z":1,"a":{"y":[{"b":1,"a":2}],"x":2},"m":3}'],
      [
        'numbers',
        '[0,1,-1,0.1,1.5,2147483648,-2147483649,9007199254740991,12345678901234567000,1e+21,1.7976931348623157e+308,5e-324]',
      ],
      ['times as texts', '{"at":"2026-01-01T00:00:00.000Z"}'],
      ['a bare text', '"Zwölf Boxkämpfer\\n🥊"'],
      ['nothing', 'null'],
      ['64 levels', `${'[{"a":'.repeat(32)}1${'}]'.repeat(32)}`],
    ])('gives back %s', async (_what, json) => {
      const blob = userBlob(newUser(), { data: JSON.parse(json) });
      await store().insertUserBlob(blob);
      const [read] = await store().userBlobs(blob.userId, [blob.id]);
      expect(JSON.stringify(read?.data)).toBe(json);
      expect(await store().bodies(blob.userId, [blob.id])).toEqual([{ id: blob.id, json }]);
      const again = await store().insertUserBlob(blob);
      expect(JSON.stringify(again.stored.data)).toBe(json);
    });

    it.each([
      ['5 MiB of text', { content: 'ß\n'.repeat((5 * 1024 * 1024) / 3) }],
      // 8 MiB of JSON; written with a key for each, it would be six times as much.
      ['four million numbers', { content: '', numbers: Array.from({ length: 4_000_000 }, () => 1) }],
    ])('holds %s', async (_what, data) => {
      const blob = userBlob(newUser(), { data });
      await store().insertUserBlob(blob);
      const [read] = await store().userBlobs(blob.userId, [blob.id]);
      expect(JSON.stringify(read?.data) === JSON.stringify(data)).toBe(true);
    });

    it('keeps the first of two under one id and tells of it', async () => {
      const first = userBlob(newUser());
      await store().insertUserBlob(first);
      const second = await store().insertUserBlob({
        ...first,
        inputHash: 'another',
        data: { content: 'other' },
      });
      expect(second).toEqual({ stored: first, inserted: false });
    });

    it('inserts once of many at the same time', async () => {
      const blob = userBlob(newUser());
      const answers = await Promise.all(Array.from({ length: 8 }, () => store().insertUserBlob(blob)));
      expect(answers.filter((answer) => answer.inserted)).toHaveLength(1);
    });

    it('shows nothing to another user, and leaves out what is not there', async () => {
      const blob = userBlob(newUser());
      await store().insertUserBlob(blob);
      expect(await store().userBlobs(newUser(), [blob.id])).toEqual([]);
      expect(ids(await store().userBlobs(blob.userId, ['nothing', blob.id]))).toEqual([blob.id]);
      expect(await store().bodies(newUser(), [blob.id])).toEqual([]);
      expect(ids(await store().bodies(blob.userId, ['nothing', 'a\0b', blob.id]))).toEqual([blob.id]);
    });
  });
}
