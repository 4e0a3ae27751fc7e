import { expect, test } from 'vitest';
import { SeenVersions } from './seen.ts';

const change = (id: string, version: number) => ({ id, version });

test('a version is new once, an older one of the same blob is not', () => {
  const seen = new SeenVersions();
  const news = [1, 2, 2, 1, 3, 3].map((version) => seen.isNew(change('a', version)));
  expect(news).toEqual([true, true, false, false, true, false]);
  expect(seen.isNew(change('b', 1))).toBe(true);
});

test('what is remembered is bounded by bytes, and is the newest', () => {
  for (const idLength of [10, 36, 5_000]) {
    const seen = new SeenVersions(100_000);
    const id = (n: number) => `${n}`.padEnd(idLength, '-');
    for (let n = 0; n < 10_000; n += 1) expect(seen.isNew(change(id(n), 1))).toBe(true);
    expect(seen.size * (idLength + 100)).toBeLessThanOrEqual(100_000 + idLength + 100);
    const remembered = Math.floor(50_000 / (idLength + 100));
    for (let n = 10_000 - remembered; n < 10_000; n += 1) expect(seen.isNew(change(id(n), 1))).toBe(false);
    expect(seen.isNew(change(id(0), 1))).toBe(true);
  }
});

test('a blob that goes on changing is not forgotten for others that come', () => {
  const seen = new SeenVersions(10_000);
  for (let n = 1; n < 1_000; n += 1) {
    expect(seen.isNew(change('always', n))).toBe(true);
    expect(seen.isNew(change('always', n))).toBe(false);
    seen.isNew(change(`other${n}`, 1));
  }
});
