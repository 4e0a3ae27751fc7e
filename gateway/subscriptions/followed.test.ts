import { EventEmitter, once } from 'node:events';
import { buildSchema, type DocumentNode, parse } from 'graphql';
import { expect, onTestFinished, test, vi } from 'vitest';
import { allChanges, type Occurrence } from '../../platform/changes/change.ts';
import { openChangeFeed } from '../../platform/changes/feed.ts';
import { BlobgraphError } from '../../platform/errors/errors.ts';
import { encodeCursor } from '../../platform/events/cursor.ts';
import type { DeclaredSubscription } from '../../platform/subscriptions/declared.ts';
import { createLogger } from '../../platform/telemetry/logger.ts';
import { currentTrace, traceFrom, withTrace } from '../../platform/telemetry/trace.ts';
import { blobMessage } from '../../platform/testing/events.ts';
import { memoryLog } from '../../platform/testing/memory-log.ts';
import { viewer } from '../../platform/testing/service.ts';
import type { GatewayContext } from '../admission/context.ts';
import type { Operation } from '../operations/operation.ts';
import type { Answer } from '../operations/present.ts';
import { Followed } from './followed.ts';

const logger = createLogger('silent');
const schema = buildSchema('type Query { a: Int } type Subscription { changed(after: String): String }');
const document: DocumentNode = parse('subscription ($after: String) { changed(after: $after) }');

const declared: DeclaredSubscription = {
  isAnnounced: false,
  wanted: () => allChanges,
  after: ({ after }) => (after as string | undefined) ?? null,
  payload: () => ({}),
};

/** Hydrations that are answered when the test says so. */
function hydrations() {
  const begun: string[] = [];
  const traces: (string | undefined)[] = [];
  const answers = new EventEmitter();
  const idOf = (told: Occurrence) => String(told.members['blob_id']);
  const hydrate = (_subscribed: unknown, _viewer: unknown, told: Occurrence) => {
    begun.push(idOf(told));
    traces.push(currentTrace()?.requestId);
    return once(answers, idOf(told)).then(([answer]: Answer[]) => {
      if (!answer) throw new BlobgraphError('OVERLOADED', 'Too much.');
      return answer;
    });
  };
  const answer = (id: string) => answers.emit(id, { data: { id } });
  const fail = (id: string) => answers.emit(id);
  return { begun, traces, hydrate, answer, fail };
}

async function setUp() {
  const log = memoryLog();
  const after = encodeCursor(await log.head());
  const feed = openChangeFeed({ log, logger, reconnectMs: 1 });
  onTestFinished(() => feed.close());
  await feed.caughtUp(AbortSignal.timeout(30_000));
  const { hydrate, ...hydrating } = hydrations();
  const session = { viewer: viewer('alice'), assertOpen: vi.fn() };
  const follow = () =>
    new Followed(
      {
        operation: { document } as unknown as Operation<GatewayContext>,
        session,
        variables: { after },
      },
      {
        changeFeed: async () => feed,
        declarations: new Map([['changed', declared]]),
        hydrate,
        operations: { schema },
        logger,
      },
    );
  const publish = async (...ids: string[]) => {
    for (const id of ids) await log.publish(blobMessage(id, 1));
  };
  return { ...hydrating, log, feed, session, follow, publish };
}

const idIn = (next: Awaited<ReturnType<Followed['poll']>>) => next?.value?.result.data?.['id'];

test('results come in the order of their changes, whichever is hydrated first', async () => {
  const { follow, publish, answer, begun } = await setUp();
  const followed = follow();
  await publish('a', 'b', 'c');
  const first = followed.poll();
  await vi.waitFor(() => expect(begun).toEqual(['a', 'b', 'c']));
  for (const id of ['c', 'b', 'a']) answer(id);
  expect([idIn(await first), idIn(await followed.poll()), idIn(await followed.poll())]).toEqual([
    'a',
    'b',
    'c',
  ]);
  expect(await followed.poll()).toBeUndefined();
});

test('no more than five changes of one that reads slowly are hydrated or on their way', async () => {
  const { follow, publish, answer, begun } = await setUp();
  const followed = follow();
  await publish('a', 'b', 'c', 'd', 'e', 'f', 'g');
  const first = followed.poll();
  await vi.waitFor(() => expect(begun).toHaveLength(4));
  answer('a');
  expect(idIn(await first)).toBe('a');
  expect(begun).toHaveLength(4);
  void followed.poll();
  await vi.waitFor(() => expect(begun).toEqual(['a', 'b', 'c', 'd', 'e']));
});

test('a change that comes while another is hydrated is begun at once', async () => {
  const { follow, publish, answer, begun } = await setUp();
  const followed = follow();
  await publish('a');
  const first = followed.poll();
  await vi.waitFor(() => expect(begun).toEqual(['a']));
  await publish('b');
  await vi.waitFor(() => expect(begun).toEqual(['a', 'b']));
  answer('a');
  answer('b');
  expect([idIn(await first), idIn(await followed.poll())]).toEqual(['a', 'b']);
});

test('whoever sleeps is woken, whenever the change comes', async () => {
  const { follow, publish, answer, begun } = await setUp();
  const followed = follow();
  const sleeper = { wake: vi.fn() };
  followed.wakes(sleeper);
  for (let count = 0; count < 20; count += 1) {
    expect(await followed.poll()).toBeUndefined();
    sleeper.wake.mockClear();
    const id = `blob${count}`;
    for (let tick = 0; tick < count; tick += 1) await Promise.resolve();
    await publish(id);
    await vi.waitFor(() => expect(sleeper.wake).toHaveBeenCalled());
    const told = followed.poll();
    await vi.waitFor(() => expect(begun.at(-1)).toBe(id));
    answer(id);
    expect(idIn(await told)).toBe(id);
  }
});

test('it is hydrated in the trace of its request, and never in the time of another’s', async () => {
  const { follow, publish, begun, traces } = await setUp();
  const followed = withTrace({ ...traceFrom({ 'x-request-id': 'mine' }), deadline: 1 }, follow);
  expect(await followed.poll()).toBeUndefined();
  await withTrace(traceFrom({ 'x-request-id': 'another' }), () => publish('a'));
  await vi.waitFor(() => expect(begun).toEqual(['a']));
  expect(traces).toEqual(['mine']);
});

test('a hydration that fails ends it after what came before', async () => {
  const { follow, publish, answer, fail, begun } = await setUp();
  const followed = follow();
  await publish('a', 'b', 'c');
  const first = followed.poll();
  await vi.waitFor(() => expect(begun).toHaveLength(3));
  fail('b');
  answer('c');
  answer('a');
  expect(idIn(await first)).toBe('a');
  await expect(followed.poll()).rejects.toMatchObject({ code: 'OVERLOADED' });
  expect(await followed.poll()).toMatchObject({ done: true });
});

test('nothing is told by a session that has ended', async () => {
  const { follow, publish, answer, session, begun } = await setUp();
  const followed = follow();
  await publish('a');
  const first = followed.poll();
  await vi.waitFor(() => expect(begun).toEqual(['a']));
  session.assertOpen.mockImplementation(() => {
    throw new BlobgraphError('UNAUTHENTICATED', 'over');
  });
  answer('a');
  await expect(first).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
});

test('what is on its way when it is returned or ended is not told', async () => {
  const { follow, publish, answer, begun } = await setUp();
  const [returned, ended] = [follow(), follow()];
  const onReturn = vi.fn();
  returned.onReturn(onReturn);
  await publish('a');
  const polls = Promise.allSettled([returned.poll(), ended.poll()]);
  await vi.waitFor(() => expect(begun).toHaveLength(2));
  await returned.return();
  ended.end(new BlobgraphError('FORBIDDEN', 'no more'));
  answer('a');
  expect(onReturn).toHaveBeenCalledOnce();
  expect(await polls).toMatchObject([{ value: { done: true } }, { reason: { code: 'FORBIDDEN' } }]);
});

test('a sleeper is woken by an end, and told why', async () => {
  const { follow } = await setUp();
  const followed = follow();
  const sleeper = { wake: vi.fn() };
  followed.wakes(sleeper);
  expect(await followed.poll()).toBeUndefined();
  followed.end(new BlobgraphError('FORBIDDEN', 'no more'));
  expect(sleeper.wake).toHaveBeenCalled();
  await expect(followed.poll()).rejects.toMatchObject({ code: 'FORBIDDEN' });
});

test('a feed that is closed ends it', async () => {
  const { follow, feed } = await setUp();
  const followed = follow();
  expect(await followed.poll()).toBeUndefined();
  const next = followed.next();
  await feed.close();
  expect(await next).toMatchObject({ done: true });
});

test('each result has the cursor of its change', async () => {
  const { follow, publish, answer, begun, log } = await setUp();
  const followed = follow();
  await publish('a');
  const first = followed.poll();
  await vi.waitFor(() => expect(begun).toEqual(['a']));
  answer('a');
  expect((await first)?.value?.cursor).toBe(encodeCursor(await log.head()));
});
