import { expect, it } from 'vitest';
import { createServiceMetrics } from '../../telemetry/metrics.ts';
import type { Cut } from '../consuming.ts';
import type { LogUsage } from '../usage.ts';
import { measureEventLog } from './metrics.ts';

const cut: Cut = {
  id: 'one',
  durable: 'away',
  cause: 'lagged',
  through: { epoch: 'e', sequence: 7 },
  at: new Date(0),
};
const usage: LogUsage = {
  log: { messages: 5, maxMessages: 10, bytes: 500, maxBytes: 2_000 },
  deadLetters: { messages: 1, maxMessages: 10, bytes: 50, maxBytes: 125 },
  lettersDropped: 3,
  durables: [
    { durable: 'away', waiting: 4, lag: 0.4, cut },
    { durable: 'live', waiting: 0, lag: 0, cut: null },
  ],
};

it('tells how full the log is, who lags and who was cut, with one look', async () => {
  const metrics = createServiceMetrics('state');
  let looks = 0;
  measureEventLog(metrics, async () => ({
    usage: async () => {
      looks += 1;
      return usage;
    },
  }));
  const text = await metrics.text();
  for (const line of [
    'blobgraph_event_log_messages{stream="events",service="state"} 5',
    'blobgraph_event_log_bytes_limit{stream="letters",service="state"} 125',
    'blobgraph_event_log_durable_waiting{durable="away",service="state"} 4',
    'blobgraph_event_log_durable_lag{durable="away",service="state"} 0.4',
    'blobgraph_event_log_durable_cut{durable="away",service="state"} 1',
    'blobgraph_event_log_durable_cut{durable="live",service="state"} 0',
    'blobgraph_event_log_letters_dropped_total{service="state"} 3',
  ])
    expect(text).toContain(line);
  expect(looks).toBe(1);
});

it('tells the rest where the log does not answer', async () => {
  const metrics = createServiceMetrics('state');
  measureEventLog(metrics, async () => {
    throw new Error('away');
  });
  expect(await metrics.text()).toContain('blobgraph_event_log_letters_dropped_total');
});
