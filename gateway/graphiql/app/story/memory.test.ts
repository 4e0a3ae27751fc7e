import { beforeEach, expect, it } from 'vitest';
import type { StoryStep } from '../../story.ts';
import { StoryMemory } from './memory.ts';

const step = (name: string, variables: StoryStep['variables'] = {}): StoryStep => ({
  ...{ name, kind: 'mutation', sentences: '', query: `mutation ${name} { a }` },
  variables,
});
const make = step('Make', { key: 'k-{{run}}' });
const read = step('Read', { id: '{{Make.make.id}}' });
const remove = step('Remove');

let kept: Map<string, string>;
let runs: number;
const storage = {
  getItem: (key: string) => kept.get(key) ?? null,
  setItem: (key: string, value: string) => void kept.set(key, value),
};
const memoryOf = () => {
  runs = 0;
  return new StoryMemory([make, read, remove], storage, () => {
    runs += 1;
    return `r${runs}`;
  });
};
beforeEach(() => {
  kept = new Map();
});

it('fills in what was answered, and tells who listens', () => {
  const memory = memoryOf();
  let told = 0;
  const leave = memory.subscribe(() => {
    told += 1;
  });
  expect([memory.needs(read), memory.open(make).variables]).toEqual([['Make'], '{\n  "key": "k-r1"\n}']);
  memory.note('Make', { data: { make: { id: 'b1' } } });
  expect([memory.needs(read), memory.open(read).variables]).toEqual([[], '{\n  "id": "b1"\n}']);
  expect([memory.now().answered, told]).toEqual([['Make'], 1]);
  leave();
  memory.note('Read', { data: {} });
  expect(told).toBe(1);
});

it('heeds no answer with mistakes, and none of other operations', () => {
  const memory = memoryOf();
  memory.note('Make', { data: { make: { id: 'b1' } }, errors: [{}] });
  memory.note('Make', { data: { make: { id: 'b1', userErrors: [{}] } } });
  memory.note('Make', { data: null });
  memory.note('Other', { data: { make: { id: 'b1' } } });
  expect(memory.now()).toEqual({ known: { run: 'r1' }, answered: [] });
});

it('goes on after a reload', () => {
  memoryOf().note('Make', { data: { make: { id: 'b1' } } });
  expect(memoryOf().now()).toEqual({ known: { run: 'r1', 'Make.make.id': 'b1' }, answered: ['Make'] });
});

it.each(['not JSON', '{}', '{"known":{"run":7},"answered":[]}', '{"known":{"run":"a"}}', 'null'])(
  'begins where %s was kept',
  (text) => {
    kept.set('blobgraph:story', text);
    expect(memoryOf().now()).toEqual({ known: { run: 'r1' }, answered: [] });
  },
);

it('begins anew with another run by the first step after the last', () => {
  const memory = memoryOf();
  for (const name of ['Make', 'Read', 'Remove']) memory.note(name, { data: { make: { id: 'b1' } } });
  expect(memory.open(read).variables).toContain('b1');
  expect(memory.open(make).variables).toContain('k-r2');
  expect(memory.now()).toEqual({ known: { run: 'r2' }, answered: [] });
});

it('lives without a storage', () => {
  const full = {
    ...storage,
    setItem() {
      throw new Error('QuotaExceededError');
    },
  };
  const memory = new StoryMemory([make, read], full, () => 'r1');
  memory.note('Make', { data: { make: { id: 'b1' } } });
  expect(memory.needs(read)).toEqual([]);
});
