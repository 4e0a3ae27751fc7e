import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { OperationUse } from '../../platform/clients/supergraph.ts';
import { BlobgraphError } from '../../platform/errors/errors.ts';
import { createLogger } from '../../platform/telemetry/logger.ts';
import { systemClock } from '../../platform/time/clock.ts';
import type { OperationShape } from './shape.ts';
import { reportsOf, Usage } from './usage.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const shape = (hash: string, coordinates: readonly string[] = ['Query.a']): OperationShape => ({
  hash,
  name: null,
  kind: 'query',
  coordinates,
});

function setUp() {
  const reports: (readonly OperationUse[])[] = [];
  const reportUsage = vi.fn(async (report: readonly OperationUse[]) => void reports.push(report));
  const usage = new Usage({ client: { reportUsage }, clock: systemClock, logger: createLogger('silent') });
  return { usage, reports, reportUsage };
}

const counts = (report: readonly OperationUse[] = []) =>
  Object.fromEntries(report.map(({ hash, count }) => [hash, count]));

it('tells every ten seconds what ran since, and nothing where nothing did', async () => {
  const { usage, reports } = setUp();
  const [a, b] = [usage.of(shape('a')), usage.of(shape('b'))];
  usage.start();
  a?.();
  a?.();
  b?.();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(reports.map(counts)).toEqual([{ a: 2, b: 1 }]);
  await vi.advanceTimersByTimeAsync(30_000);
  expect(reports).toHaveLength(1);
  a?.();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(counts(reports[1])).toEqual({ a: 1 });
  await usage.stop();
});

it('adds up what has one shape, with the last time that it was seen', async () => {
  const { usage, reports } = setUp();
  usage.of(shape('a'))?.();
  vi.setSystemTime(new Date('2030-01-01T00:00:00Z'));
  usage.of(shape('a'))?.();
  await usage.report();
  expect(reports).toEqual([[{ ...shape('a'), count: 2, last_seen_at: '2030-01-01T00:00:00.000Z' }]]);
});

it('tells the rest at the stop, and does not wait for a registry that does not answer', async () => {
  const { usage, reports, reportUsage } = setUp();
  const count = usage.of(shape('a'));
  usage.start();
  count?.();
  await usage.stop();
  expect(reports.map(counts)).toEqual([{ a: 1 }]);
  reportUsage.mockImplementation(() => new Promise(() => {}));
  count?.();
  const stopping = usage.stop();
  await vi.advanceTimersByTimeAsync(2_000);
  await stopping;
});

it('drops what a registry that is away does not take, and goes on', async () => {
  const { usage, reports, reportUsage } = setUp();
  const count = usage.of(shape('a'));
  usage.start();
  reportUsage.mockRejectedValueOnce(new BlobgraphError('SERVICE_UNAVAILABLE', 'Nobody there'));
  count?.();
  await vi.advanceTimersByTimeAsync(10_000);
  count?.();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(reports.map(counts)).toEqual([{ a: 1 }]);
  await usage.stop();
});

it('counts no more operations than there is room for, until the next report', async () => {
  const { usage, reports } = setUp();
  for (let n = 0; n < 1_500; n += 1) usage.of(shape(`${n}`))?.();
  await usage.report();
  expect(reports.flat()).toHaveLength(1_000);
  usage.of(shape('later'))?.();
  await usage.report();
  expect(counts(reports.at(-1))).toEqual({ later: 1 });
});

it('one that uses nothing of the graph is not counted', () => {
  expect(setUp().usage.of(shape('a', []))).toBeUndefined();
});

it('reports hold no more than the registry takes', () => {
  const uses = (length: number, coordinates: readonly string[]) =>
    Array.from({ length }, (_, n) => ({
      ...shape(`${n}`, coordinates),
      count: 1,
      last_seen_at: '2030-01-01T00:00:00.000Z',
    }));
  expect([...reportsOf(uses(1_001, ['Query.a']))].map(({ length }) => length)).toEqual([500, 500, 1]);
  const wide = Array.from({ length: 2_000 }, (_, n) => `Type${n}.${'field'.repeat(10)}`);
  const large = [...reportsOf(uses(100, wide))];
  expect(large.flat()).toHaveLength(100);
  for (const operations of large)
    expect(Buffer.byteLength(JSON.stringify({ operations }))).toBeLessThanOrEqual(1024 * 1024);
  expect([...reportsOf(uses(1, ['x'.repeat(2 * 1024 * 1024)]))]).toEqual([]);
});
