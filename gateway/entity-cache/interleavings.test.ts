import { expect, it } from 'vitest';
import { inEveryOrder } from './interleavings.fixture.ts';

it('two operations and a deletion', () => {
  expect(inEveryOrder((world) => [world.operation(), world.operation(), world.deletion()])).toBe(11_550);
});

it('an operation, a deletion, and a log that is lost', () => {
  expect(inEveryOrder((world) => [world.operation(), world.deletion(), world.loss()])).toBe(1_260);
});
