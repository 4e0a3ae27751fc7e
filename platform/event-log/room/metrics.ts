import { Counter, Gauge } from 'prom-client';
import type { ServiceMetrics } from '../../metrics.ts';
import type { EventLog, LogUsage } from '../log.ts';

type Usage = () => Promise<LogUsage | undefined>;

/** One look for all that are measured in one turn. */
function shared(log: () => Promise<Pick<EventLog, 'usage'>>): Usage {
  let looking: Promise<LogUsage | undefined> | undefined;
  return () => {
    looking ??= log()
      .then((opened) => opened.usage())
      // Metrics of the rest are told all the same.
      .catch(() => undefined)
      .finally(() => {
        looking = undefined;
      });
    return looking;
  };
}

/** Measures how full the event log is, and how far its durables lag. */
export function measureEventLog(
  { registry }: ServiceMetrics,
  log: () => Promise<Pick<EventLog, 'usage'>>,
): void {
  const usage = shared(log);
  const registers = [registry];
  const fill = (name: string, help: string, of: 'messages' | 'maxMessages' | 'bytes' | 'maxBytes') =>
    new Gauge({
      name: `blobgraph_event_log_${name}`,
      help: `${help}; \`letters\`: of the dead letters.`,
      labelNames: ['stream'],
      registers,
      async collect() {
        const now = await usage();
        this.reset();
        if (!now) return;
        this.set({ stream: 'events' }, now.log[of]);
        this.set({ stream: 'letters' }, now.deadLetters[of]);
      },
    });
  fill('messages', 'Messages in the event log', 'messages');
  fill('messages_limit', 'Messages that the event log takes', 'maxMessages');
  fill('bytes', 'Bytes in the event log', 'bytes');
  fill('bytes_limit', 'Bytes that the event log takes', 'maxBytes');
  const durable = (name: string, help: string, of: (durable: LogUsage['durables'][number]) => number) =>
    new Gauge({
      name: `blobgraph_event_log_durable_${name}`,
      help,
      labelNames: ['durable'],
      registers,
      async collect() {
        const now = await usage();
        this.reset();
        for (const each of now?.durables ?? []) this.set({ durable: each.durable }, of(each));
      },
    });
  durable('waiting', 'Messages that a durable has not acknowledged.', ({ waiting }) => waiting);
  durable('lag', 'The share of the event log, 0 to 1, that a durable is behind.', ({ lag }) => lag);
  durable('cut', '1 while a durable was cut and has not heard of it.', ({ cut }) => (cut ? 1 : 0));
  new Counter({
    name: 'blobgraph_event_log_letters_dropped_total',
    help: 'Dead letters that this process removed to make room.',
    registers,
    async collect() {
      const now = await usage();
      this.reset();
      this.inc(now?.lettersDropped ?? 0);
    },
  });
}
