import { expect, it } from 'vitest';
import { inEveryOrder } from './interleavings.fixture.ts';

it('two operations, a deletion, and a log that is lost', () => {
  const orders = inEveryOrder((world) => [
    world.operation(),
    world.operation(),
    world.deletion(),
    world.loss(),
  ]);
  expect(orders).toBe(900_900);
});
