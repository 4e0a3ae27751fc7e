import { afterEach, expect, it, vi } from 'vitest';
import { createServiceMetrics } from '../../../platform/telemetry/metrics.ts';
import { createIntake, type Intake, type IntakeDependencies } from './intake.ts';
import { measureIntake } from './metrics.ts';

const clock = { now: () => new Date('2026-01-01T00:01:00Z') };
let intake: Intake | undefined;
afterEach(() => intake?.stop());

function watch(store: IntakeDependencies['store'], warn = vi.fn()): Intake {
  intake = createIntake({ store, clock, logger: { info: vi.fn(), warn }, limit: 3, everyMs: 2 });
  intake.start();
  return intake;
}

it('is closed while as many documents wait as may, and tells for how long the oldest does', async () => {
  let length = 2;
  const taking = watch({
    outboxLength: async () => length,
    oldestOutbox: async () => (length > 0 ? new Date('2026-01-01T00:00:30Z') : null),
  });
  await expect.poll(() => taking.backlog).toEqual({ length: 2, oldestSeconds: 30 });
  taking.assertOpen();
  length = 3;
  await vi.waitFor(() => expect(taking.assertOpen).toThrow(/Try again later/));
  length = 0;
  await expect.poll(() => taking.backlog).toEqual({ length: 0, oldestSeconds: 0 });
  taking.assertOpen();
});

it('is measured as it was last counted', async () => {
  let length = 2;
  const taking = watch({
    outboxLength: async () => length,
    oldestOutbox: async () => (length > 0 ? new Date('2026-01-01T00:00:30Z') : null),
  });
  const metrics = createServiceMetrics('state');
  measureIntake(metrics, taking);
  const value = async (name: string) =>
    (await metrics.registry.getSingleMetric(name)?.get())?.values.map((one) => one.value);
  const measured = () =>
    Promise.all(['blobgraph_outbox_documents', 'blobgraph_outbox_oldest_seconds'].map(value));
  await expect.poll(measured).toEqual([[2], [30]]);
  length = 0;
  await expect.poll(measured).toEqual([[0], [0]]);
});

it('stays as it was while the store does not answer', async () => {
  const warn = vi.fn();
  const outboxLength = vi.fn(async () => 3);
  const taking = watch({ outboxLength, oldestOutbox: async () => null }, warn);
  await expect.poll(() => taking.backlog.length).toBe(3);
  const answered = outboxLength.mock.calls.length;
  outboxLength.mockRejectedValue(new Error('away'));
  await expect.poll(() => outboxLength.mock.calls.length).toBeGreaterThan(answered + 1);
  expect(warn).toHaveBeenCalledTimes(1);
  expect(taking.assertOpen).toThrow(expect.objectContaining({ code: 'OVERLOADED' }));
});

it('lets in as many as there is room for, and counts them until it looks again', async () => {
  let length = 1;
  let looks = 0;
  const taking = watch({
    outboxLength: async () => {
      looks += 1;
      return length;
    },
    oldestOutbox: async () => null,
  });
  await expect.poll(() => taking.backlog.length).toBe(1);
  await intake?.stop();
  expect([taking.take(1), taking.take(5), taking.take(1)]).toEqual([1, 1, 0]);
  length = 0;
  const before = looks;
  taking.start();
  await expect.poll(() => looks).toBeGreaterThan(before + 1);
  await intake?.stop();
  expect(taking.take(5)).toBe(3);
});
