import { Readable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, onTestFinished, test, vi } from 'vitest';
import { BlobgraphError } from '../../../errors/errors.ts';
import { currentTrace, traceFrom, withTrace } from '../../../telemetry/trace.ts';
import { viewer } from '../../../testing/service.ts';
import { withinTime } from '../../../time/deadline.ts';
import type { TextAnswer } from '../gathering.ts';
import { NoAnswer } from '../guard.ts';
import type { StreamedAnswer } from '../streaming.ts';
import { MOST_TOGETHER, TOGETHER_PATH, togetherBody } from './asked.ts';
import { Together, type TogetherDependencies } from './together.ts';

type Send = TogetherDependencies['send'];
type Stream = TogetherDependencies['stream'];
type Call = Parameters<Stream>[1];

/** A service's answer to one user's request: whose it was, and what was asked. */
const answerTo = (userId: string | undefined, json: string | undefined): TextAnswer => ({
  status: 200,
  text: JSON.stringify({ data: { [userId ?? 'nobody']: json } }),
});

const isTogether = ({ path }: Call): boolean => path === TOGETHER_PATH;

/** Of which there is more than the first piece. */
const streamed = (text: string): StreamedAnswer => ({
  status: 200,
  headers: {},
  body: Readable.from([Buffer.from(text.slice(0, 9)), Buffer.from(text.slice(9))]),
});

/** A service that answers at once, the last first. */
const answering: Send = async (_target, call) => answerTo(call.viewer?.userId, call.json);
const answeringTogether: Stream = async (_target, call) => {
  const { asked } = togetherBody.parse(JSON.parse(call.json ?? ''));
  const lines = asked.map((each, index) => ({ index, ...answerTo(each.viewer.userId, each.json) }));
  return streamed(
    lines
      .map((line) => `${JSON.stringify(line)}\n`)
      .toReversed()
      .join(''),
  );
};

function setUp({
  send = answering,
  stream = answeringTogether,
  takes = true,
}: {
  send?: Send;
  stream?: Stream;
  takes?: boolean;
} = {}) {
  const calls: Call[] = [];
  const together = new Together({
    send(target, call) {
      calls.push(call);
      return send(target, call);
    },
    stream(target, call) {
      calls.push(call);
      return stream(target, call);
    },
    takes: () => takes,
  });
  const ask = (user: string, json = `of ${user}`, maxBytes = 1_000) =>
    together.ask('state', { viewer: viewer(user), json, timeoutMs: 10_000, maxBytes });
  return { calls, ask, together };
}

const users = (count: number): string[] => Array.from({ length: count }, (_, index) => `user${index}`);

test('what several users ask in one turn is one request, and each is answered what is theirs', async () => {
  const { calls, ask } = setUp();
  const answers = await Promise.all(users(10).map((user) => ask(user)));
  expect(answers).toEqual(users(10).map((user) => answerTo(user, `of ${user}`)));
  expect(calls.map(({ path, viewer, isBound }) => [path, viewer, isBound])).toEqual([
    [TOGETHER_PATH, null, true],
  ]);
});

test('one alone is a request of its own, as its user’s', async () => {
  const { calls, ask } = setUp();
  expect(await ask('alice')).toEqual(answerTo('alice', 'of alice'));
  expect(calls).toMatchObject([{ path: '/graphql', viewer: viewer('alice'), json: 'of alice' }]);
  expect(calls[0]?.isBound).toBeUndefined();
});

test('while two requests are under way others gather, and no request has more than may be', async () => {
  // Else the time for which one is waited for may be over.
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const go: (() => void)[] = [];
  const held = () => new Promise<void>((resolve) => go.push(resolve));
  const { calls, ask } = setUp({
    send: async (...sent) => {
      await held();
      return answering(...sent);
    },
  });
  const all = [ask('first')];
  await turn();
  all.push(ask('second'));
  await turn();
  all.push(...users(MOST_TOGETHER + 1).map((user) => ask(user)));
  await turn();
  expect(calls).toHaveLength(2);
  for (let each = 0; each < 3; each += 1) {
    while (go.length === 0) await turn();
    go.shift()?.();
  }
  expect(await Promise.all(all)).toHaveLength(MOST_TOGETHER + 3);
  const sizes = calls.map((call) => (isTogether(call) ? JSON.parse(call.json ?? '').asked.length : 1));
  expect(sizes).toEqual([1, 1, MOST_TOGETHER, 1]);
});

test('one that is slow to be answered holds up nobody', async () => {
  const never = () => new Promise<never>(() => {});
  const slow: Stream = async (_target, call) => {
    const { asked } = togetherBody.parse(JSON.parse(call.json ?? ''));
    const lines = asked.flatMap(({ viewer: { userId }, json }, index) =>
      userId === 'slow' ? [] : [{ index, ...answerTo(userId, json) }],
    );
    const body = new Readable({ read() {} });
    for (const line of lines) body.push(`${JSON.stringify(line)}\n`);
    return { status: 200, headers: {}, body };
  };
  const { ask } = setUp({ send: never, stream: slow });
  for (let each = 0; each < 3; each += 1) {
    void ask('slow');
    const others = users(3).map((user) => ask(user));
    expect(await Promise.all(others)).toEqual(users(3).map((user) => answerTo(user, `of ${user}`)));
  }
  for (let each = 0; each < 3; each += 1) {
    void ask('slow');
    await turn();
  }
  expect(await Promise.all(users(2).map((user) => ask(user)))).toHaveLength(2);
});

test('long requests are not put into one that is longer still', async () => {
  const { calls, ask } = setUp();
  await Promise.all(users(4).map((user) => ask(user, 'x'.repeat(200_000), 1_000_000)));
  expect(calls.map((call) => JSON.parse(isTogether(call) ? (call.json ?? '') : '{}').asked?.length)).toEqual([
    2, 2,
  ]);
});

test('each brings the trace and the time of the work that asks', async () => {
  const { calls, ask } = setUp();
  const trace = (requestId: string) => traceFrom({ 'x-request-id': requestId });
  const asking = ['mine', 'yours'].map((id) =>
    withTrace(trace(id), () => withinTime(id === 'mine' ? 500 : 60_000, () => ask(id))),
  );
  await Promise.all(asking);
  const { asked } = togetherBody.parse(JSON.parse(calls[0]?.json ?? ''));
  expect(asked.map(({ requestId }) => requestId)).toEqual(['mine', 'yours']);
  expect(asked[0]?.timeoutMs).toBeLessThanOrEqual(500);
  expect(asked[1]?.timeoutMs).toBeGreaterThan(500);
});

test('nobody’s time is over for the others, and whose is asks no more', async () => {
  const { calls, ask } = setUp({
    stream: async (...sent) => {
      expect(currentTrace()?.deadline).toBeUndefined();
      return answeringTogether(...sent);
    },
  });
  await expect(withinTime(0, () => ask('late'))).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
  await Promise.all([ask('alice'), ask('bob')]);
  expect(calls).toHaveLength(1);
});

test('a release before this one is asked one by one, and for a while at once so', async () => {
  const { calls, ask } = setUp({
    stream: () => Promise.reject(new BlobgraphError('NOT_FOUND', 'There is nothing at this path.')),
  });
  const expected = users(3).map((user) => answerTo(user, `of ${user}`));
  for (let each = 0; each < 2; each += 1)
    expect(await Promise.all(users(3).map((user) => ask(user)))).toEqual(expected);
  expect(calls.filter(isTogether)).toHaveLength(1);
  expect(calls.filter((call) => !isTogether(call)).map((call) => call.viewer?.userId)).toEqual([
    ...users(3),
    ...users(3),
  ]);
});

test.each<[string, Stream]>([
  [
    'an answer that breaks off',
    async () => streamed(`${JSON.stringify({ index: 1, ...answerTo('user1', 'of user1') })}\n{`),
  ],
  ['what is no answer', async () => streamed('<html>\n')],
  ['a service that is away', () => Promise.reject(new BlobgraphError('SERVICE_UNAVAILABLE', 'It is away.'))],
])(
  'after %s, those without an answer are asked one by one, and later ones together',
  async (_what, stream) => {
    const { calls, ask } = setUp({ stream });
    const expected = users(3).map((user) => answerTo(user, `of ${user}`));
    for (let each = 0; each < 2; each += 1)
      expect(await Promise.all(users(3).map((user) => ask(user)))).toEqual(expected);
    expect(calls.filter(isTogether)).toHaveLength(2);
  },
);

test('where there is no answer each is told so', async () => {
  const none = new NoAnswer(new Error('gone'), { again: false, counts: true });
  const { ask } = setUp({ send: () => Promise.reject(none), stream: () => Promise.reject(none) });
  const asked = await Promise.allSettled([ask('alice'), ask('bob')]);
  expect(asked.map((each) => each.status === 'rejected' && each.reason)).toEqual([none, none]);
});

test('an answer is held to its own size', async () => {
  const { ask } = setUp();
  const asked = await Promise.allSettled([ask('alice', 'x'.repeat(500), 100), ask('bob')]);
  expect(asked.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
});

test('an answer that is too large to come with others is asked for alone, with its wait', async () => {
  const wait = async () => {};
  const { calls, together } = setUp({
    stream: async () =>
      streamed(
        [
          { index: 0, status: 200, text: null },
          { index: 1, ...answerTo('bob', 'q') },
        ]
          .map((line) => `${JSON.stringify(line)}\n`)
          .join(''),
      ),
  });
  const query = { json: 'q', timeoutMs: 10_000, maxBytes: 1_000, large: { fromBytes: 10, wait } };
  const asked = ['alice', 'bob'].map((user) => together.ask('state', { ...query, viewer: viewer(user) }));
  expect(await Promise.all(asked)).toEqual([answerTo('alice', 'q'), answerTo('bob', 'q')]);
  expect(calls.filter((call) => !isTogether(call))).toMatchObject([
    { viewer: viewer('alice'), large: { fromBytes: 10, wait } },
  ]);
});

test('a line that does not end is read no further than an answer can be long', async () => {
  const piece = Buffer.from('x'.repeat(64 * 1024));
  let pieces = 0;
  const endless = function* () {
    for (; pieces < 1_000; pieces += 1) yield piece;
  };
  const { ask } = setUp({
    stream: async () => ({ status: 200, headers: {}, body: Readable.from(endless(), { objectMode: false }) }),
  });
  expect(await Promise.all([ask('alice'), ask('bob')])).toHaveLength(2);
  expect(pieces).toBeLessThan(100);
});

test('a service that takes none together, or is of this process, is asked at once', async () => {
  const { calls, ask } = setUp({ takes: false });
  await Promise.all([ask('alice'), ask('bob')]);
  expect(calls.map(({ path }) => path)).toEqual(['/graphql', '/graphql']);
});
