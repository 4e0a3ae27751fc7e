import { expect, test } from 'vitest';
import { BlobgraphError } from '../../platform/errors/errors.ts';
import { shareInFlight } from './sharing.ts';
import type { SubgraphRequest } from './subgraphs.ts';

interface Asked {
  readonly context: string;
  readonly request: SubgraphRequest;
  answer(text: string): void;
  fail(error: unknown): void;
}

/** Subgraphs that answer when the test lets them. */
function shared() {
  const asked: Asked[] = [];
  const { ask } = shareInFlight<string>(
    {
      ask: (request, context) =>
        new Promise((answer, fail) => {
          asked.push({ request, context, answer, fail });
        }),
    },
    (context) => context,
  );
  const query = (body: string, context = 'alice', subgraph = 'state') =>
    ask({ subgraph, body, kind: 'query' }, context);
  const mutate = (body: string) => ask({ subgraph: 'state', body, kind: 'mutation' }, 'alice');
  return { asked, ask, query, mutate };
}

test('equal concurrent requests of a caller are sent once, others separately', async () => {
  const { asked, query } = shared();
  const both = [query('a'), query('a')];
  const others = [query('b'), query('a', 'bob'), query('a', 'alice', 'texts')];
  expect(asked).toHaveLength(4);
  for (const [index, { answer }] of asked.entries()) answer(`${index}`);
  expect(await Promise.all([...both, ...others])).toEqual(['0', '0', '1', '2', '3']);
  const later = query('a');
  expect(asked).toHaveLength(5);
  asked[4]?.answer('4');
  expect(await later).toBe('4');
});

test('who comes in a later turn gets an answer of their own: they may know of a write elsewhere', async () => {
  const { asked, query } = shared();
  const first = query('a');
  await new Promise((resolve) => setImmediate(resolve));
  const later = query('a');
  expect(asked).toHaveLength(2);
  asked[1]?.answer('new');
  asked[0]?.answer('old');
  expect(await Promise.all([first, later])).toEqual(['old', 'new']);
});

test('mutations are not shared, and a caller who wrote does not get earlier reads', async () => {
  const { asked, query, mutate } = shared();
  const before = query('a');
  const writes = [mutate('m'), mutate('m')];
  expect(asked).toHaveLength(3);
  asked[1]?.answer('first');
  asked[2]?.answer('second');
  expect(await Promise.all(writes)).toEqual(['first', 'second']);
  const after = query('a');
  expect(asked).toHaveLength(4);
  asked[0]?.answer('old');
  asked[3]?.answer('new');
  expect(await Promise.all([before, after])).toEqual(['old', 'new']);
});

test('those who join have their own deadline, and share other failures', async () => {
  const { asked, query } = shared();
  const first = query('a');
  const joined = query('a');
  asked[0]?.fail(new BlobgraphError('DEADLINE_EXCEEDED', 'The time is over.'));
  await expect(first).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
  await expect.poll(() => asked.length).toBe(2);
  asked[1]?.answer('late');
  expect(await joined).toBe('late');
  const failing = [query('a'), query('a')];
  asked[2]?.fail(new BlobgraphError('SUBGRAPH_UNAVAILABLE', 'Down.'));
  for (const each of await Promise.allSettled(failing)) expect(each.status).toBe('rejected');
  expect(asked).toHaveLength(3);
});

test('those who join ask for themselves when the client of the first is gone', async () => {
  const { asked, ask } = shared();
  const leaving = new AbortController();
  const first = ask({ subgraph: 'state', body: 'a', kind: 'query', signal: leaving.signal }, 'alice');
  const second = ask({ subgraph: 'state', body: 'a', kind: 'query' }, 'alice');
  expect(asked).toHaveLength(1);
  leaving.abort();
  asked[0]?.fail(new BlobgraphError('SUBGRAPH_UNAVAILABLE', 'Nobody waits.'));
  await expect(first).rejects.toThrow('Nobody waits.');
  await expect.poll(() => asked.length).toBe(2);
  asked[1]?.answer('there');
  expect(await second).toBe('there');
});
