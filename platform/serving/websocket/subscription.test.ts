import { expect, test, vi } from 'vitest';
import { BlobgraphError } from '../../errors/errors.ts';
import { endless } from '../connections/session.fixture.ts';
import { closeAfterEach, connectAs, Given, serve } from './websocket.fixture.ts';

closeAfterEach();

const SUBSCRIPTION = 'subscription { never }';
const told = (n: number) => ({ data: { never: n } });
const next = (n: number, id = '1') => ({ id, type: 'next', payload: told(n) });

/** A connection with subscriptions, whose results are given here in the order of their start. */
async function setUp() {
  const results: Given[] = [];
  const session = endless('alice');
  const { url } = await serve({
    authenticate: async () => ({ who: 'alice', session }),
    subscribe() {
      const given = new Given();
      results.push(given);
      return given;
    },
  });
  const connection = await connectAs(`${url}/graphql`, 'alice');
  const start = async (id = '1') => {
    const before = results.length;
    connection.send({ type: 'subscribe', id, payload: { query: SUBSCRIPTION } });
    await vi.waitFor(() => expect(results).toHaveLength(before + 1));
    return results[before] as Given;
  };
  /** Once all that was sent before is handled. */
  const settled = async () => {
    connection.send({ type: 'ping' });
    await vi.waitFor(() => expect(connection.received.at(-1)).toEqual({ type: 'pong' }));
    connection.received.pop();
  };
  return { ...connection, start, settled, session, results };
}

test('results are told in order, whenever they come', async () => {
  const { start, received } = await setUp();
  const results = await start();
  results.give(told(1));
  results.give(told(2));
  await vi.waitFor(() => expect(received).toEqual([next(1), next(2)]));
  results.give(told(3));
  await vi.waitFor(() => expect(received).toHaveLength(3));
  expect(received.at(-1)).toEqual(next(3));
});

test('a failure is told after what came before it, and is the end', async () => {
  const { start, received, results } = await setUp();
  const failing = await start();
  failing.give(told(1));
  failing.give(new BlobgraphError('SLOW_CONSUMER', 'It reads too slowly.'));
  await vi.waitFor(() => expect(received).toHaveLength(2));
  expect(received[0]).toEqual(next(1));
  expect(received[1]).toMatchObject({
    ...{ id: '1', type: 'error' },
    payload: [{ message: 'It reads too slowly.', extensions: { code: 'SLOW_CONSUMER' } }],
  });
  expect(failing.isReturned).toBe(true);
  (await start()).give(told(2));
  await vi.waitFor(() => expect(received.at(-1)).toEqual(next(2)));
  expect(results).toHaveLength(2);
});

test('one that its client completes while it waits is returned, and told no more', async () => {
  const { start, send, settled, received } = await setUp();
  const [one, other] = [await start('1'), await start('2')];
  send({ type: 'complete', id: '1' });
  await vi.waitFor(() => expect(one.isReturned).toBe(true));
  one.give(told(1));
  other.give(told(2));
  await settled();
  expect(received).toEqual([next(2, '2')]);
  expect(other.isReturned).toBe(false);
});

test('an id that is used again is the new one’s alone', async () => {
  const { start, send, settled, received } = await setUp();
  for (let count = 0; count < 5; count += 1) {
    const one = await start();
    one.give(told(count));
    await vi.waitFor(() => expect(received.at(-1)).toEqual(next(count)));
    send({ type: 'complete', id: '1' });
  }
  await settled();
  expect(received.map(({ type }) => type)).toEqual(Array.from({ length: 5 }, () => 'next'));
});

test('a connection that is gone returns all that it follows', async () => {
  const { start, socket } = await setUp();
  const all = [await start('1'), await start('2')];
  socket.terminate();
  await vi.waitFor(() => expect(all.map(({ isReturned }) => isReturned)).toEqual([true, true]));
});

test('one whose client completes or leaves it while it is prepared never begins', async () => {
  const results = [new Given(), new Given()];
  const go: (() => void)[] = [];
  let begun = 0;
  const { url } = await serve({
    subscribe: async () => {
      await new Promise<void>((resolve) => go.push(resolve));
      begun += 1;
      return results[begun - 1] as Given;
    },
  });
  const [completing, leaving] = [
    await connectAs(`${url}/graphql`, 'a'),
    await connectAs(`${url}/graphql`, 'b'),
  ];
  for (const { send } of [completing, leaving])
    send({ type: 'subscribe', id: '1', payload: { query: SUBSCRIPTION } });
  await vi.waitFor(() => expect(go).toHaveLength(2));
  completing.send({ type: 'complete', id: '1' });
  completing.send({ type: 'ping' });
  await vi.waitFor(() => expect(completing.received.at(-1)).toEqual({ type: 'pong' }));
  leaving.socket.terminate();
  await leaving.closed;
  for (const each of go) each();
  await vi.waitFor(() => expect(results.map(({ isReturned }) => isReturned)).toEqual([true, true]));
  for (const each of results) each.give(told(1));
  completing.send({ type: 'ping' });
  await vi.waitFor(() => expect(completing.received).toHaveLength(2));
});

test('results that come to an end by themselves were closed with the service: the session ends, with their cursors', async () => {
  const { start, received, closing } = await setUp();
  const [one, other] = [await start('1'), await start('2')];
  one.give(told(1), 'c1');
  other.give(told(2), 'c2');
  await vi.waitFor(() => expect(received).toHaveLength(2));
  one.give('end');
  expect((await closing)[0]).toBe(1012);
  expect(received.at(-1)).toMatchObject({ type: 'ping', payload: { cursors: { '1': 'c1', '2': 'c2' } } });
  expect(received.filter(({ type }) => type === 'complete')).toEqual([]);
});

test('cursors are those of what is open', async () => {
  const { start, send, settled, received, session, closed } = await setUp();
  const [one, other] = [await start('1'), await start('2')];
  one.give(told(1), 'c1');
  other.give(told(2), 'c2');
  await vi.waitFor(() => expect(received).toHaveLength(2));
  send({ type: 'complete', id: '1' });
  await settled();
  session.end(new BlobgraphError('UNAUTHENTICATED', 'over'));
  await closed;
  expect(received.at(-1)).toMatchObject({ type: 'ping', payload: { cursors: { '2': 'c2' } } });
});
