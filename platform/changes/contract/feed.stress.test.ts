import { expect, test } from 'vitest';
import { memoryLog } from '../../testing/memory-log.ts';
import { stress, WANTED } from './feed.stress.fixture.ts';

test('thousands of subscribers on the shortest of histories miss nothing of what is published without a pause', async () => {
  const subscriptions = 3_000;
  const { faults, given } = await stress(memoryLog(), { subscriptions, atOnce: 100, users: 6, pauses: 9 });
  expect(faults).toEqual([]);
  expect(given).toBe(subscriptions * WANTED);
});
