import { expect, it } from 'vitest';
import { wrongOf } from './interleavings.fixture.ts';

it('counts every entry once in 40,000 interleavings of processes that die anywhere', async () => {
  expect(await wrongOf(40_000, 'seq')).toEqual([]);
}, 600_000);
