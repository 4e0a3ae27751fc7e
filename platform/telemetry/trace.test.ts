import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { currentTrace, traceFrom, withTrace } from './trace.ts';

const TRACEPARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

test('well-formed headers are taken as they are', () => {
  expect(traceFrom({ traceparent: TRACEPARENT, 'x-request-id': 'Ab_9-' })).toEqual({
    requestId: 'Ab_9-',
    traceparent: TRACEPARENT,
  });
});

test.each([undefined, '', 'a'.repeat(65), 'a b', 'a\nb', 'a\n', '<script>', 'ü', ['a', 'b']])(
  'the request id %j is replaced',
  (requestId) => {
    const { requestId: made } = traceFrom({ 'x-request-id': requestId });
    expect(made).toMatch(/^[\w-]{16}$/);
    expect(traceFrom({ 'x-request-id': requestId }).requestId).not.toBe(made);
  },
);

test.each([
  undefined,
  'ff',
  TRACEPARENT.toUpperCase(),
  TRACEPARENT.replace('00-', 'ff-'),
  `${TRACEPARENT}-x`,
  `00-${'0'.repeat(32)}-b7ad6b7169203331-01`,
  `00-0af7651916cd43dd8448eb211c80319c-${'0'.repeat(16)}-01`,
])('the trace context %j is replaced by a valid one', (traceparent) => {
  const { traceparent: made } = traceFrom({ traceparent });
  expect(made).not.toBe(traceparent);
  expect(traceFrom({ traceparent: made }).traceparent).toBe(made);
});

test('each request has its own trace, also when they interleave', async () => {
  const trace = (requestId: string) => traceFrom({ 'x-request-id': requestId });
  const seen = await Promise.all(
    ['a', 'b', 'c'].map((id) =>
      withTrace(trace(id), async () => {
        await turn();
        return currentTrace()?.requestId;
      }),
    ),
  );
  expect(seen).toEqual(['a', 'b', 'c']);
  expect(currentTrace()).toBeUndefined();
});
