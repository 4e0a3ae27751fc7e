import { expect, it, vi } from 'vitest';
import type { Subgraph, SubgraphAnswer } from '../../../platform/serving/graphql/subgraph.ts';
import { LiveSubgraph, oneAfterAnother } from './live-subgraph.ts';

const caller = { service: 'gateway', viewer: { userId: 'alice', roles: [] } };
const answered = (text: string): SubgraphAnswer => ({ status: 200, text });
const INVALID: SubgraphAnswer = {
  status: 400,
  text: JSON.stringify({
    errors: [{ message: 'Unknown type', extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }],
  }),
};

const subgraphOf = (answer: SubgraphAnswer) => {
  const run = vi.fn(async () => answer);
  return { run, refuse: () => answer } as unknown as Subgraph & { run: typeof run };
};

it('what is valid is answered, and nothing is looked for', async () => {
  const renew = vi.fn(async () => {});
  const live = new LiveSubgraph(subgraphOf(answered('one')), renew);
  expect(await live.run({}, caller)).toEqual(answered('one'));
  expect(renew).not.toHaveBeenCalled();
});

it('what is not valid is run once more where another supergraph was found', async () => {
  const newer = subgraphOf(answered('newer'));
  const live: LiveSubgraph = new LiveSubgraph(subgraphOf(INVALID), async () => live.replace(newer));
  expect(await live.run({}, caller)).toEqual(answered('newer'));
  expect(newer.run).toHaveBeenCalledTimes(1);
});

it.each([
  ['there is no other', async () => {}],
  ['the registry is away', () => Promise.reject(new Error('away'))],
])('what is not valid is refused where %s', async (_what, renew) => {
  const only = subgraphOf(INVALID);
  expect(await new LiveSubgraph(only, renew).run({}, caller)).toEqual(INVALID);
  expect(only.run).toHaveBeenCalledTimes(1);
});

it('of many who look at once, each is answered by a look that began after it asked', async () => {
  const begun: (() => void)[] = [];
  const look = oneAfterAnother(() => new Promise<void>((resolve) => void begun.push(resolve)));
  const first = look();
  const others = [look(), look(), look()];
  begun[0]?.();
  await first;
  await vi.waitFor(() => expect(begun).toHaveLength(2));
  begun[1]?.();
  await Promise.all(others);
  expect(begun).toHaveLength(2);
});
