import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Context } from '../../../platform/processor/kit/kit.ts';
import { plainReader } from '../../../platform/processor/kit/reader.ts';
import type { NewRecord } from '../../../platform/processor/records/record.ts';
import { newRecord } from '../../../platform/processor/records/records.contract.fixture.ts';
import { createTags } from '../../../platform/processor/records/shelf/tags.ts';
import { type OpenedShelf, openMemoryRecords } from '../../../platform/testing/records.ts';
import processor from '../processor.ts';
import { signatureOf, toText } from './minhash.ts';
import { nearDuplicates } from './near-duplicates.ts';
import { shinglesOf } from './shingles.ts';

const WORDS = Array.from({ length: 200 }, (_, index) => `word${index}`);
/** A text of 200 words with so many changed. */
const text = (changed: number, mark = 'x') =>
  WORDS.map((word, index) => (index < changed ? `${mark}${index}` : word)).join(' ');

let opened: OpenedShelf;
beforeAll(async () => {
  opened = await openMemoryRecords(processor.records);
  await opened.records.prepare();
});
afterAll(() => opened?.close());

let serial = 0;
const newUser = () => `user-${++serial}`;

function insightsOf(userId: string, words: string, over: Partial<NewRecord> = {}) {
  const sourceIds = [`text-${++serial}`];
  const signature = toText(signatureOf(shinglesOf([words])));
  return newRecord(userId, { data: {}, beside: { signature } }, { sourceIds, ...over });
}

async function store(userId: string, words: string, over: Partial<NewRecord> = {}) {
  return (await opened.records.insert(insightsOf(userId, words, over))).stored;
}

/** A user's request that counts its reads. */
function requestOf(userId: string) {
  const { records, shelf } = opened;
  const byIds = vi.fn(records.byIds);
  const kit = {
    definition: processor,
    records: { ...records, byIds },
    reader: plainReader(records),
    tags: createTags(shelf, processor.records),
  };
  const context = {
    kit,
    caller: { service: 'gateway', viewer: { userId, roles: [] } },
  } as unknown as Context;
  const ask = (id: string, args: object = {}) => nearDuplicates({ id }, args, context);
  return { ask, byIds };
}

describe('near-duplicates', () => {
  it('are the user’s own similar texts, most similar first', async () => {
    const [alice, bob] = [newUser(), newUser()];
    const one = await store(alice, text(0));
    const [same, close, far] = [
      await store(alice, text(0)),
      await store(alice, text(5)),
      await store(alice, text(150)),
    ];
    await store(bob, text(0));
    const alike = await requestOf(alice).ask(one.id);
    expect(alike.map(({ blob_id }) => blob_id)).toEqual([same.sourceIds[0], close.sourceIds[0]]);
    expect(alike[0]?.similarity).toBe(1);
    expect(alike[1]?.similarity).toBeGreaterThan(0.85);
    expect(await requestOf(alice).ask(far.id)).toEqual([]);
    expect(await requestOf(bob).ask(one.id)).toEqual([]);
  });

  it('may be older or newer, and disappear when deleted', async () => {
    const user = newUser();
    const first = await store(user, text(0));
    expect(await requestOf(user).ask(first.id)).toEqual([]);
    const second = await store(user, text(0));
    expect(await requestOf(user).ask(first.id)).toMatchObject([{ blob_id: second.sourceIds[0] }]);
    expect(await requestOf(user).ask(second.id)).toMatchObject([{ blob_id: first.sourceIds[0] }]);
    await opened.records.erase(user, [second.id]);
    expect(await requestOf(user).ask(first.id)).toEqual([]);
  });

  it('do not include the text’s earlier generations, and list each text once', async () => {
    const user = newUser();
    const one = await store(user, text(0));
    await store(user, text(0), { sourceIds: one.sourceIds, generation: 1 });
    const other = await store(user, text(3));
    await store(user, text(3), { sourceIds: other.sourceIds, generation: 1 });
    expect(await requestOf(user).ask(one.id)).toMatchObject([{ blob_id: other.sourceIds[0] }]);
  });

  it('are as many and as similar as asked for', async () => {
    const user = newUser();
    const one = await store(user, text(0));
    for (let changed = 1; changed <= 20; changed += 1) await store(user, text(changed));
    const { ask } = requestOf(user);
    expect(await ask(one.id, { first: 3 })).toHaveLength(3);
    expect((await ask(one.id, { first: 100, minSimilarity: 0.5 })).length).toBe(20);
    const close = await ask(one.id, { first: 100, minSimilarity: 0.95 });
    expect(close.every(({ similarity }) => similarity >= 0.95)).toBe(true);
    expect(close.length).toBeLessThan(20);
  });

  it.each([
    ['first', { first: 0 }],
    ['first', { first: 101 }],
    ['first', { first: -1 }],
    ['minSimilarity', { minSimilarity: 0.49 }],
    ['minSimilarity', { minSimilarity: 1.01 }],
  ])('refuse %s of %j by name', async (field, args) => {
    await expect(requestOf('nobody').ask('id', args)).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
      field,
    });
  });

  it('of a hundred texts take two reads', async () => {
    const user = newUser();
    const all = await Promise.all(Array.from({ length: 100 }, (_, index) => store(user, text(index % 3))));
    const { ask, byIds } = requestOf(user);
    const answers = await Promise.all(all.map(({ id }) => ask(id, { first: 5 })));
    for (const answer of answers) expect(answer).toHaveLength(5);
    expect(byIds).toHaveBeenCalledTimes(2);
  });

  it('of a text with thousands of copies take as long as with hundreds', async () => {
    const user = newUser();
    const signature = toText(signatureOf(shinglesOf([text(0)])));
    const copies = Array.from({ length: 1_200 }, (_, index) =>
      newRecord(user, { data: {}, beside: { signature } }, { sourceIds: [`copy-${index}`] }),
    );
    for (const one of copies) await opened.records.insert(one);
    const { ask, byIds } = requestOf(user);
    expect(await ask(copies[0]?.id ?? '', { first: 100 })).toHaveLength(99);
    expect(Math.max(...byIds.mock.calls.map(([, ids]) => ids.length))).toBeLessThanOrEqual(400);
  });
});
