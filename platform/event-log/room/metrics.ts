import type { Registry } from 'prom-client';
import { gaugeBy, type ServiceMetrics, total } from '../../telemetry/metrics.ts';
import type { EventLog } from '../log.ts';
import type { LogUsage } from '../usage.ts';

type Usage = () => Promise<LogUsage | undefined>;

/** Reads the usage once for all gauges of one scrape. */
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

const FILL = [
  ['messages', 'Messages in the event log', 'messages'],
  ['messages_limit', 'Messages that the event log takes', 'maxMessages'],
  ['bytes', 'Bytes in the event log', 'bytes'],
  ['bytes_limit', 'Bytes that the event log takes', 'maxBytes'],
] as const;

const DURABLES: readonly (readonly [
  name: string,
  help: string,
  of: (durable: LogUsage['durables'][number]) => number,
])[] = [
  ['waiting', 'Messages that a durable has not acknowledged.', ({ waiting }) => waiting],
  ['lag', 'The share of the event log, 0 to 1, that a durable is behind.', ({ lag }) => lag],
  ['cut', '1 while a durable was cut and has not heard of it.', ({ cut }) => (cut ? 1 : 0)],
];

function measureFill(registry: Registry, usage: Usage): void {
  for (const [name, help, of] of FILL) {
    const fill = {
      name: `blobgraph_event_log_${name}`,
      help: `${help}; \`letters\`: of the dead letters.`,
      label: 'stream',
    };
    gaugeBy(registry, fill, async () => {
      const now = await usage();
      return now ? Object.entries({ events: now.log[of], letters: now.deadLetters[of] }) : [];
    });
  }
}

function measureDurables(registry: Registry, usage: Usage): void {
  for (const [name, help, of] of DURABLES)
    gaugeBy(registry, { name: `blobgraph_event_log_durable_${name}`, help, label: 'durable' }, async () => {
      const { durables = [] } = (await usage()) ?? {};
      return durables.map((each) => [each.durable, of(each)] as const);
    });
}

/** Measures how full the event log is, and how far its durables lag. */
export function measureEventLog(
  { registry }: ServiceMetrics,
  log: () => Promise<Pick<EventLog, 'usage'>>,
): void {
  const usage = shared(log);
  measureFill(registry, usage);
  measureDurables(registry, usage);
  total(
    registry,
    'blobgraph_event_log_letters_dropped_total',
    'Dead letters that this process removed to make room.',
    async () => (await usage())?.lettersDropped ?? 0,
  );
}
