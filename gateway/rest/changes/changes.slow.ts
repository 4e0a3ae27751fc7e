import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { BEGINNING, blobMessage, bookMessage, cursorAt, GONE } from '../../../platform/testing/events.ts';
import { type EventsAnswer, openEvents } from '../../testing/events.ts';
import { startTestGraph, type TestGraph, type TestGraphOptions } from '../../testing/test-graph.ts';

let graph: TestGraph;
const closing: (() => void)[] = [];

const start = async (options: TestGraphOptions = {}) => {
  graph = await startTestGraph({ blobs: [{ id: 'b0', owner: 'state', title: 'One' }], ...options });
};
beforeEach(() => start());
afterEach(async () => {
  for (const close of closing.splice(0)) close();
  await graph.stop();
});

const bearer = async (userId?: string) => `Bearer ${await graph.token(userId)}`;

async function events(
  search: string,
  headers: Record<string, string> = {},
  path = '/api/v1/events',
): Promise<EventsAnswer> {
  const answer = await openEvents(`${graph.gateway.url}${path}?${search}`, {
    headers: { authorization: await bearer(), ...headers },
  });
  closing.push(answer.close);
  return answer;
}

interface Message {
  readonly type: string;
  readonly change?: Record<string, unknown>;
  readonly problem?: Record<string, unknown>;
}

/** Connects by WebSocket. `first`: the first message. */
function socket(search: string, { headers = {}, first }: { headers?: object; first?: unknown } = {}) {
  const url = `${graph.gateway.url.replace('http', 'ws')}/api/v1/ws?${search}`;
  const connection = new WebSocket(url, { headers: { ...headers } });
  closing.push(() => connection.terminate());
  const received: Message[] = [];
  connection.on('message', (data) => received.push(JSON.parse(String(data)) as Message));
  // Not by `once`, which would reject where a handshake is refused.
  const ended = new Promise<readonly [code: number, reason: string]>((resolve) =>
    connection.once('close', (code, reason) => resolve([code, String(reason)])),
  );
  connection.once('open', () => first !== undefined && connection.send(JSON.stringify(first)));
  return { connection, received, ended };
}

const told = (version: number) => ({
  cursor: cursorAt(version),
  kind: 'CREATED',
  blob_id: 'b0',
  version,
  occurred_at: expect.any(String),
  blob: expect.objectContaining({ id: 'b0', title: 'One', processor: 'state' }),
});

async function twoChanges() {
  await graph.log.publish(blobMessage('b0', 1));
  await graph.log.publish(blobMessage('b0', 2));
}

const run = (state: 'PROCESSING' | 'COMPLETED') => ({
  book_id: 'novel',
  run: { processor_id: 'text-expansion', state, attempt: 1, generation: 0 },
});

/** Changes of one book, of its blob and of its run, among others'. */
async function changesOfBook() {
  const { log } = graph;
  await log.publish(bookMessage('other', 1, { kind: 'updated', userId: 'alice' }));
  await log.publish(bookMessage('novel', 1, { kind: 'updated', userId: 'bob' }));
  await log.publish(bookMessage('novel', 1, { kind: 'updated', userId: 'alice' }));
  await log.publish(blobMessage('b0', 1, { body: { book_id: 'novel' } }));
  await log.publish(blobMessage('b0', 2, { kind: 'processing', body: run('PROCESSING') }));
  await log.publish(blobMessage('b0', 3, { kind: 'completed', body: run('COMPLETED') }));
}

const occurred = { occurred_at: expect.any(String) };
const blob = expect.objectContaining({ id: 'b0', title: 'One', processor: 'state' });
const ofBook = { book_id: 'novel', book: expect.objectContaining({ title: 'Book novel' }), ...occurred };
const none = { processor: null, artifact: null, state: null };
const ofBlob = { ...ofBook, blob_id: 'b0', type: 'note', blob };
const ofRun = { processor: 'text-expansion', artifact: null };

/** As told of {@link changesOfBook}. */
const toldOfBook = [
  {
    ...ofBook,
    ...none,
    cursor: cursorAt(3),
    kind: 'UPDATED',
    version: 1,
    blob_id: null,
    type: null,
    blob: null,
  },
  { ...ofBlob, ...none, cursor: cursorAt(4), kind: 'BLOB_CREATED', version: 1 },
  { ...ofBlob, ...ofRun, cursor: cursorAt(5), kind: 'BLOB_PROCESSING', version: 2, state: 'PROCESSING' },
  { ...ofBlob, ...ofRun, cursor: cursorAt(6), kind: 'BLOB_COMPLETED', version: 3, state: 'COMPLETED' },
];
const step = { ...ofRun, ...occurred, blob_id: 'b0', book_id: 'novel', blob, attempt: 1, generation: 0 };
const noProgress = { stage: null, progress: null };
const toldOfRuns = [
  { ...step, ...noProgress, cursor: cursorAt(5), version: 2, state: 'PROCESSING' },
  { ...step, ...noProgress, cursor: cursorAt(6), version: 3, state: 'COMPLETED' },
];

describe.each([
  {
    path: '/api/v1/books/novel/events',
    search: '',
    socketSearch: 'of=book&book_id=novel',
    expected: toldOfBook,
    names: ['UPDATED', 'BLOB_CREATED', 'BLOB_PROCESSING', 'BLOB_COMPLETED'],
  },
  {
    path: '/api/v1/processing/events',
    search: 'processor_id=text-expansion&blob_id=b0&book_id=novel',
    socketSearch: 'of=processing&processor_id=text-expansion&blob_id=b0&book_id=novel',
    expected: toldOfRuns,
    names: ['PROCESSING', 'COMPLETED'],
  },
])('the stream at $path', ({ path, search, socketSearch, expected, names }) => {
  test('tells changes as server-sent events, and goes on after the last', async () => {
    const answer = await events(`after=${BEGINNING}&${search}`, {}, path);
    await changesOfBook();
    const received = [];
    for (const change of expected) {
      const event = await answer.next();
      expect([event?.id, JSON.parse(event?.data ?? '')]).toEqual([change.cursor, change]);
      received.push(event?.event);
    }
    expect(received).toEqual(names);
    answer.close();
    const again = await events(search, { 'last-event-id': expected[0]?.cursor ?? '' }, path);
    expect((await again.next())?.id).toBe(expected[1]?.cursor);
  });

  test('tells the same changes by WebSocket', async () => {
    const first = { authorization: await bearer() };
    const { received } = socket(`after=${BEGINNING}&${socketSearch}`, { first });
    await changesOfBook();
    await expect
      .poll(() => received)
      .toEqual([{ type: 'following' }, ...expected.map((change) => ({ type: 'change', change }))]);
  });

  test('is refused before it begins, and ends with the path that was asked for', async () => {
    expect((await events(`after=${GONE}`, {}, path)).status).toBe(410);
    expect((await events('colour=blue', {}, path)).status).toBe(400);
    const answer = await events(`after=${BEGINNING}&${search}`, {}, path);
    await changesOfBook();
    await answer.next();
    const stopped = graph.gateway.stop();
    const end = JSON.parse((await answer.rest()).at(-1)?.data ?? '');
    expect(end).toMatchObject({ code: 'SERVICE_UNAVAILABLE', instance: path });
    await stopped;
  });
});

describe('server-sent events', () => {
  test('tell each change in the shape of REST, and go on after the last', async () => {
    const answer = await events(`after=${BEGINNING}`);
    await twoChanges();
    const [one, two] = [await answer.next(), await answer.next()];
    expect([one?.id, one?.event, JSON.parse(one?.data ?? '')]).toEqual([cursorAt(1), 'CREATED', told(1)]);
    expect(two?.id).toBe(cursorAt(2));
    answer.close();
    // As a browser comes back: to the same address, with what it saw last.
    const again = await events(`after=${BEGINNING}`, { 'last-event-id': cursorAt(1) });
    expect((await again.next())?.id).toBe(cursorAt(2));
  });

  test('are those of a blob, a book or what was made of a blob, where they are asked for', async () => {
    const answer = await events(`after=${BEGINNING}&blob_id=other`);
    await twoChanges();
    await graph.log.publish(blobMessage('other', 1));
    expect((await answer.next())?.id).toBe(cursorAt(3));
  });

  test.each([
    ['after=garbage', 400, 'CURSOR_INVALID'],
    [`after=${GONE}`, 410, 'CURSOR_EXPIRED'],
    ['colour=blue', 400, 'VALIDATION_FAILED'],
    ['token=x', 400, 'BAD_REQUEST'],
  ])('are refused before they begin: %s', async (search, status, code) => {
    const answer = await events(search);
    expect([answer.status, answer.headers.get('content-type'), JSON.parse(await answer.text()).code]).toEqual(
      [status, 'application/problem+json; charset=utf-8', code],
    );
  });

  test('end with a problem, and the cursor behind which they go on', async () => {
    const answer = await events(`after=${BEGINNING}`);
    await twoChanges();
    await answer.next();
    await answer.next();
    const stopped = graph.gateway.stop();
    const [end, ...more] = await answer.rest();
    expect([end?.event, JSON.parse(end?.data ?? ''), more]).toEqual([
      'end',
      expect.objectContaining({
        code: 'SERVICE_UNAVAILABLE',
        after: cursorAt(2),
        request_id: expect.any(String),
      }),
      [],
    ]);
    await stopped;
  });
});

describe('the WebSocket', () => {
  test.each([
    ['its first message', async () => ({ first: { authorization: await bearer() } })],
    ['its handshake', async () => ({ headers: { authorization: await bearer() } })],
  ])('lets in by a token in %s, and tells each change', async (_, options) => {
    const { received } = socket(`after=${BEGINNING}`, await options());
    await expect.poll(() => received).toEqual([{ type: 'following' }]);
    await twoChanges();
    await expect
      .poll(() => received.slice(1))
      .toEqual([
        { type: 'change', change: told(1) },
        { type: 'change', change: told(2) },
      ]);
  });

  const authorized = async () => ({ first: { authorization: await bearer() } });
  test.each([
    ['after=garbage', authorized, 4400, 'CURSOR_INVALID'],
    [`after=${GONE}`, authorized, 4410, 'CURSOR_EXPIRED'],
    ['colour=blue', authorized, 4400, 'VALIDATION_FAILED'],
    ['of=weather', authorized, 4400, 'VALIDATION_FAILED'],
    ['of=book&of=blobs&book_id=novel', authorized, 4400, 'VALIDATION_FAILED'],
    ['of=book', authorized, 4400, 'VALIDATION_FAILED'],
    ['of=processing&parent_id=b0', authorized, 4400, 'VALIDATION_FAILED'],
    ['', async () => ({ first: { authorization: 'Bearer x.y.z' } }), 4401, 'UNAUTHENTICATED'],
    ['', async () => ({ headers: { authorization: 'Bearer x.y.z' } }), 4401, 'UNAUTHENTICATED'],
    ['', async () => ({ first: ['what'] }), 4400, 'BAD_REQUEST'],
    ['', async () => ({}), 4401, 'UNAUTHENTICATED'],
  ])('is closed with a problem and a code: %s', async (search, options, closeCode, code) => {
    const { received, ended } = socket(search, await options());
    expect((await ended)[0]).toBe(closeCode);
    expect(received.at(-1)).toMatchObject({ type: 'end', problem: { code } });
  });

  test('is not cut at a question mark within its query', async () => {
    const { received } = socket(`after=${BEGINNING}&blob_id=a?b`, await authorized());
    await graph.log.publish(blobMessage('a', 1));
    await graph.log.publish(blobMessage('a?b', 1));
    await expect.poll(() => received.at(-1)?.change).toMatchObject({ blob_id: 'a?b' });
    expect(received).toHaveLength(2);
  });

  test('tells of its end once, whatever comes before it is closed', async () => {
    const { connection, received, ended } = socket('');
    await once(connection, 'open');
    for (let time = 0; time < 3; time += 1) connection.send('{');
    expect((await ended)[0]).toBe(4400);
    expect(received).toHaveLength(1);
  });

  test('is ended for a client that does not read, however much it says', async () => {
    await graph.stop();
    await start({ blobs: [{ id: 'big', owner: 'state', title: 'x'.repeat(1_000_000) }] });
    const { connection, received } = socket(`after=${BEGINNING}`, await authorized());
    await expect.poll(() => received).toEqual([{ type: 'following' }]);
    connection.pause();
    for (let version = 1; version <= 40; version += 1) await graph.log.publish(blobMessage('big', version));
    const metrics = () => graph.gateway.runtime.metrics.text();
    await expect.poll(metrics).toMatch(/sockets_held_bytes\S* [1-9]\d{5}/);
    connection.ping();
    connection.send('no JSON');
    await expect.poll(metrics).toMatch(/sockets_open\S* 0\n/);
  });

  test('takes nothing but the first message, and pings', async () => {
    const { connection, received, ended } = socket('', { first: { authorization: await bearer() } });
    await expect.poll(() => received).toEqual([{ type: 'following' }]);
    connection.send('{}');
    expect((await ended)[0]).toBe(4400);
  });

  test('is closed when its service stops, with the cursor behind which it goes on', async () => {
    const { received, ended } = socket(`after=${BEGINNING}`, { first: { authorization: await bearer() } });
    await twoChanges();
    await expect.poll(() => received.length).toBe(3);
    const stopped = graph.gateway.stop();
    expect((await ended)[0]).toBe(1012);
    expect(received.at(-1)?.problem).toMatchObject({ code: 'SERVICE_UNAVAILABLE', after: cursorAt(2) });
    await stopped;
  });

  test('of another origin is refused, and a token in its address', async () => {
    const other = socket('', { headers: { origin: 'https://evil.example' } });
    expect(String((await once(other.connection, 'error'))[0])).toContain('403');
    const leaky = socket('token=x');
    expect(String((await once(leaky.connection, 'error'))[0])).toContain('400');
  });
});
