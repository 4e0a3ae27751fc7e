import { afterEach, expect, it, vi } from 'vitest';
import { createIntake, type Intake, type IntakeDependencies } from './intake.ts';

const clock = { now: () => new Date('2026-01-01T00:01:00Z') };
let intake: Intake | undefined;
afterEach(() => intake?.stop());

function watch(store: IntakeDependencies['store'], warn = vi.fn()): Intake {
  intake = createIntake({ store, clock, logger: { warn }, limit: 3, everyMs: 2 });
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

it('stays as it was while the store does not answer', async () => {
  const warn = vi.fn();
  const outboxLength = vi.fn(async () => 3);
  const taking = watch({ outboxLength, oldestOutbox: async () => null }, warn);
  await expect.poll(() => taking.backlog.length).toBe(3);
  outboxLength.mockRejectedValue(new Error('away'));
  await expect.poll(() => warn.mock.calls.length).toBeGreaterThan(1);
  expect(taking.assertOpen).toThrow(expect.objectContaining({ code: 'OVERLOADED' }));
});
