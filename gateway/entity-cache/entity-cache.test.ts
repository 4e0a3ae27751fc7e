import { expect, it, vi } from 'vitest';
import { BlobEntityCache, type EntityCacheOptions } from './entity-cache.ts';

const MIB = 1024 * 1024;
const representation = (id: string) => JSON.stringify({ __typename: 'ExpandedText', id });

function followed(options: Partial<EntityCacheOptions<string>> = {}) {
  const cache = new BlobEntityCache<string>({
    maxBytes: MIB,
    callerOf: (context) => context,
    userOf: (context) => context,
    ...options,
  });
  cache.followed(Number.POSITIVE_INFINITY);
  const keep = (id: string, text = `text of ${id}`, caller = 'alice') =>
    cache.open(caller).put('fields', representation(id), { text });
  const kept = (id: string, caller = 'alice', selection = 'fields') =>
    cache.open(caller).get(selection, representation(id));
  return { cache, keep, kept };
}

it('answers what was kept, to the same caller and the same selection', () => {
  const { keep, kept, cache } = followed();
  keep('a');
  expect(kept('a')).toEqual({ text: 'text of a' });
  expect([kept('a', 'bob'), kept('a', 'alice', 'other fields'), kept('b')]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
  expect(cache.usage).toMatchObject({ entities: 1, hits: 1, misses: 3 });
});

it('keeps a copy: what an operation merges into its own goes into no other', () => {
  const { cache, kept } = followed();
  const entity = { chapters: [{ draft: { id: 'd' } }] };
  cache.open('alice').put('fields', representation('a'), entity);
  Object.assign(entity.chapters[0]?.draft ?? {}, { title: 'not immutable' });
  expect(kept('a')).toEqual({ chapters: [{ draft: { id: 'd' } }] });
});

it('loses a deleted blob in every selection, of every caller, and nothing else', () => {
  const { cache, keep, kept } = followed();
  for (const caller of ['alice', 'bob']) {
    keep('a', 'one', caller);
    keep('b', 'two', caller);
  }
  cache.open('alice').put('other fields', representation('a'), { title: 'A' });
  cache.deleted('a', 'alice');
  expect([kept('a'), kept('a', 'bob'), kept('a', 'alice', 'other fields')]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
  expect([kept('b'), kept('b', 'bob')]).toEqual([{ text: 'two' }, { text: 'two' }]);
});

it('takes nothing of a deleted blob from an operation that began before', () => {
  const { cache, kept } = followed();
  const before = cache.open('alice');
  cache.deleted('a', 'alice');
  before.put('fields', representation('a'), { text: 'gone' });
  before.put('fields', representation('b'), { text: 'there' });
  expect([kept('a'), kept('b')]).toEqual([undefined, { text: 'there' }]);
});

it('takes nothing from an operation that began before more deletions than are remembered', () => {
  const { cache, kept } = followed();
  const before = cache.open('alice');
  for (let count = 0; count <= 10_000; count += 1) cache.deleted(`${count}`, 'alice');
  before.put('fields', representation('a'), { text: 'unknown' });
  expect(kept('a')).toBeUndefined();
  cache.open('alice').put('fields', representation('a'), { text: 'there' });
  expect(kept('a')).toEqual({ text: 'there' });
});

it('is empty once it is lost, answers and takes nothing until it is followed again', () => {
  const { cache, keep, kept } = followed();
  keep('a');
  const before = cache.open('alice');
  cache.lost();
  expect(cache.usage).toMatchObject({ entities: 0, bytes: 0, losses: 1 });
  keep('b');
  cache.followed(Number.POSITIVE_INFINITY);
  before.put('fields', representation('c'), { text: 'from before' });
  expect([kept('a'), kept('b'), kept('c')]).toEqual([undefined, undefined, undefined]);
  keep('a');
  expect(kept('a')).toEqual({ text: 'text of a' });
});

it('answers nothing past the time until which deletions are known', () => {
  const now = vi.fn(() => 0);
  const { cache, keep, kept } = followed({ now });
  cache.followed(100);
  keep('a');
  now.mockReturnValue(99);
  expect(kept('a')).toBeDefined();
  now.mockReturnValue(100);
  keep('b');
  expect(kept('a')).toBeUndefined();
  cache.followed(200);
  expect([kept('a'), kept('b')]).toEqual([{ text: 'text of a' }, undefined]);
});

it('keeps an entity for an hour at most', () => {
  const now = vi.fn(() => 1);
  const { keep, kept } = followed({ now });
  keep('a');
  now.mockReturnValue(3_600_000);
  expect(kept('a')).toBeDefined();
  now.mockReturnValue(3_602_000);
  expect(kept('a')).toBeUndefined();
});

it('is bounded by bytes; the least recently used go first', () => {
  const { cache, keep, kept } = followed({ maxBytes: 100_000 });
  const users = ['alice', 'bob', 'carol'];
  for (let count = 0; count < 300; count += 1) keep(`${count}`, 'x'.repeat(500), users[count % 3]);
  const { bytes, evictions, entities } = cache.usage;
  expect(bytes).toBeLessThanOrEqual(75_000);
  expect(bytes).toBeGreaterThan(70_000);
  expect(entities + evictions).toBe(300);
  expect([kept('0'), kept('297')]).toEqual([undefined, { text: 'x'.repeat(500) }]);
});

it('gives one caller half of the room, whose own oldest make room for their newest', () => {
  const { cache, keep, kept } = followed({ maxBytes: 100_000 });
  keep('of bob', 'small', 'bob');
  for (let count = 0; count < 300; count += 1) {
    keep(`${count}`, 'x'.repeat(500));
    kept('0');
  }
  expect(cache.usage.bytes).toBeLessThan(39_000);
  expect(cache.usage.bytes).toBeGreaterThan(35_000);
  expect(kept('of bob', 'bob')).toEqual({ text: 'small' });
  expect([kept('0'), kept('1'), kept('299')].map((each) => each !== undefined)).toEqual([true, false, true]);
});

it('keeps nothing that would take much of its room, or of a large operation', () => {
  const { cache, keep } = followed({ maxBytes: MIB });
  keep('large', 'x'.repeat(40_000));
  expect(cache.usage.entities).toBe(0);
  const roomy = followed({ maxBytes: 64 * MIB });
  for (const id of ['a', 'b', 'c']) roomy.keep(id, 'x'.repeat(200_000));
  const { get } = roomy.cache.open('alice');
  const served = ['a', 'b', 'c'].map((id) => get('fields', representation(id)) !== undefined);
  expect(served).toEqual([true, true, false]);
});

it('keeps nothing whose representation has no id', () => {
  const { cache } = followed();
  cache.open('alice').put('fields', '{"__typename":"Maker","name":"M"}', { name: 'M' });
  expect(cache.usage.entities).toBe(0);
});

/** Keeps an answer made of one entity. */
function withAnswer(options: Partial<EntityCacheOptions<string>> = {}) {
  const { cache, keep, kept } = followed({ callerOf: (context) => `caller ${context}`, ...options });
  keep('a');
  const keepAnswer = (json = 'J', operation = cache.open('alice')) => {
    operation.get('fields', representation('a'));
    operation.putAnswer('question', 'told', json);
  };
  const answer = (caller = 'alice', told = 'told') => cache.open(caller).answer('question', told);
  return { cache, kept, keep, keepAnswer, answer };
}

it('answers whole what was told before, to the same caller, counted as its entities', () => {
  const { cache, keepAnswer, answer } = withAnswer();
  keepAnswer();
  const { hits } = cache.usage;
  expect([answer(), answer('bob'), answer('alice', 'told anew')]).toEqual(['J', undefined, undefined]);
  expect(cache.usage).toMatchObject({ entities: 1, answers: 1, hits: hits + 1 });
});

it('keeps no answer without kept entities in it', () => {
  const { cache } = followed();
  cache.open('alice').putAnswer('question', 'told', 'J');
  expect(cache.usage.answers).toBe(0);
});

it('loses all answers of a user with any blob of theirs, and takes none that began before', () => {
  const { cache, keepAnswer, answer } = withAnswer();
  const before = cache.open('alice');
  keepAnswer();
  cache.deleted('of another', 'bob');
  expect(answer()).toBe('J');
  cache.deleted('of hers', 'alice');
  expect(cache.usage).toMatchObject({ entities: 1, answers: 0 });
  keepAnswer('J', before);
  expect([answer(), cache.usage.answers]).toEqual([undefined, 0]);
  keepAnswer();
  expect(answer()).toBe('J');
});

it('answers are lost, and not trusted, as entities are', () => {
  const now = vi.fn(() => 0);
  const { cache, keepAnswer, answer } = withAnswer({ now });
  keepAnswer();
  cache.followed(100);
  now.mockReturnValue(100);
  expect(answer()).toBeUndefined();
  cache.followed(200);
  expect(answer()).toBe('J');
  const before = cache.open('alice');
  cache.lost();
  expect(cache.usage).toMatchObject({ answers: 0, losses: 1 });
  cache.followed(200);
  keepAnswer('J', before);
  expect(answer()).toBeUndefined();
});

it('answers take a quarter of the room', () => {
  const { cache, keepAnswer } = withAnswer({ maxBytes: 400_000 });
  const operation = cache.open('alice');
  keepAnswer('J', operation);
  for (let count = 0; count < 300; count += 1)
    operation.putAnswer(`question ${count}`, 'told', 'x'.repeat(500));
  expect(cache.usage.answers).toBeGreaterThan(20);
  expect(cache.usage.bytes).toBeLessThan(52_000);
});
