import { expect, it } from 'vitest';
import { wrongOf } from './interleavings.fixture.ts';

it('counts every entry once in 2,000 interleavings of processes that die anywhere', async () => {
  expect(await wrongOf(2_000, 'seq')).toEqual([]);
}, 60_000);

it('would not by what is pending alone', async () => {
  expect((await wrongOf(500, 'pending')).length).toBeGreaterThan(0);
}, 60_000);
