import { afterAll, beforeAll, expect, it } from 'vitest';
import type { OpenedShelf } from '../../../testing/records.ts';
import type { BlobRecord } from '../record.ts';
import { newRecord, newUser } from '../records.contract.fixture.ts';
import { tagged } from './tagged.fixture.ts';
import { type BlobTags, createTags } from './tags.ts';

/** Tests of finding records by their tags. */
export function tagsContract(open: () => Promise<OpenedShelf>): void {
  let opened: OpenedShelf;
  let tags: BlobTags;
  beforeAll(async () => {
    opened = await open();
    await opened.records.prepare();
    tags = createTags(opened.shelf, tagged);
  });
  afterAll(() => opened?.close());

  const store = async (userId: string, words: string): Promise<BlobRecord> =>
    (await opened.records.insert(newRecord(userId, { data: { words }, beside: {} }))).stored;
  const sharing = async (record: BlobRecord, limit = 10) => (await tags.sharing(record, limit)).toSorted();
  const ids = (...records: BlobRecord[]) => records.map(({ id }) => id).toSorted();

  it('finds a user’s others that share a tag, each once, and nobody else’s', async () => {
    const [alice, bob] = [newUser(), newUser()];
    const one = await store(alice, 'sea harbour');
    const both = await store(alice, 'harbour sea light');
    const some = await store(alice, 'light sea');
    await store(alice, 'mountain');
    await store(bob, 'sea harbour');
    expect(await sharing(one)).toEqual(ids(both, some));
    expect(await sharing(await store(alice, 'valley'))).toEqual([]);
    expect(await sharing(await store(alice, ''))).toEqual([]);
  });

  it('takes a tag for no other that it begins', async () => {
    const user = newUser();
    const one = await store(user, 'sea');
    await store(user, 'seas');
    expect(await sharing(one)).toEqual([]);
  });

  it('finds nothing of what was erased', async () => {
    const user = newUser();
    const [one, gone, other] = [await store(user, 'sea'), await store(user, 'sea'), await store(user, 'sea')];
    await opened.records.erase(user, [gone.id]);
    expect(await sharing(one)).toEqual(ids(other));
    await opened.records.eraseUser(user, 10);
    expect(await sharing(one)).toEqual([]);
  });

  it('finds what was completed, and what is pending not', async () => {
    const user = newUser();
    const one = await store(user, 'sea');
    const pending = newRecord(user, { data: {}, beside: {} }, { contentHash: null, onDemand: true });
    await opened.records.insert(pending);
    expect(await sharing(one)).toEqual([]);
    const done = newRecord(user, { data: { words: 'sea' }, beside: {} }, { id: pending.id });
    await opened.records.complete(done);
    expect(await sharing(one)).toEqual([pending.id]);
  });

  it('looks at no more of a tag that all have than it is told to', async () => {
    const user = newUser();
    const all = await Promise.all(Array.from({ length: 40 }, () => store(user, 'sea')));
    const one = all[0] as BlobRecord;
    expect((await tags.sharing(one, 7)).length).toBeLessThanOrEqual(7);
    expect((await tags.sharing(one, 100)).length).toBe(39);
  });
}
