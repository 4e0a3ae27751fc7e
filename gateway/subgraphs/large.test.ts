import { expect, it, vi } from 'vitest';
import type { GatewayContext } from '../admission/context.ts';
import { boundLarge, LARGE_BYTES } from './large.ts';

const viewer = { userId: 'alice', roles: [] };
const REQUEST = { subgraph: 'state', body: '{}', kind: 'query' } as const;

it('an operation waits once its subgraph answers are large in sum, and continues in its turn', async () => {
  const subgraphs = boundLarge({ ask: async () => 'x'.repeat(LARGE_BYTES / 2) });
  let may = () => {};
  const makeLarge = vi.fn(() => new Promise<void>((resolve) => (may = resolve)));
  const context: GatewayContext = { viewer, makeLarge };
  await subgraphs.ask(REQUEST, context);
  await subgraphs.ask(REQUEST, context);
  expect(makeLarge).not.toHaveBeenCalled();
  const handed = vi.fn();
  const third = subgraphs.ask(REQUEST, context).then(handed);
  await subgraphs.ask(REQUEST, { viewer, makeLarge });
  expect(makeLarge).toHaveBeenCalledTimes(1);
  expect(handed).not.toHaveBeenCalled();
  may();
  await third;
  expect(handed).toHaveBeenCalledTimes(1);
});
