import { expect, it } from 'vitest';
import { isWrong, wrongOf } from './interleavings.fixture.ts';

it('counts every entry once in 2,000 interleavings of processes that die anywhere', async () => {
  expect(await wrongOf(2_000, 'seq')).toEqual([]);
}, 60_000);

/** One process counts a deletion in new summaries while another, at the earlier ones, removes what it was counted by. */
it('leaves nothing pending of a tombstone that is forgotten meanwhile', async () => {
  expect(await isWrong(36_673, 'seq')).toBe(false);
});

it('would not by what is pending alone', async () => {
  expect((await wrongOf(500, 'pending')).length).toBeGreaterThan(0);
}, 60_000);
