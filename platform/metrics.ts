import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { BreakerState } from './clients/guard.ts';
import type { Load } from './serving/load/load.ts';
import type { SocketsOpen } from './serving/websocket/websocket.ts';

/** A service's metrics. Names begin with `blobgraph_`; each measurement bears the service's name. */
export interface ServiceMetrics {
  /** Where the service's own measurements are registered. */
  readonly registry: Registry;
  /** They and those of the process, in Prometheus' text format. */
  text(): Promise<string>;
}

/** Metrics of the process: event-loop lag, memory, garbage collection. Once a process: it is never undone. */
export function measureProcess(): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return registry;
}

/** `process`: what is shown beside the service's own. */
export function createServiceMetrics(service: string, process = new Registry()): ServiceMetrics {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  return {
    registry,
    text: async () => `${await registry.metrics()}\n${await process.metrics()}`,
  };
}

const BREAKER_VALUES: Readonly<Record<BreakerState, number>> = { closed: 0, 'half-open': 1, open: 2 };

/** Measures what every service has: its requests, and how it is with those that it calls. */
export function measureService(
  { registry }: ServiceMetrics,
  of: {
    load: Pick<Load, 'inWork' | 'refused' | 'shares'>;
    breakers: () => Readonly<Record<string, BreakerState>>;
  },
): void {
  const registers = [registry];
  new Gauge({
    name: 'blobgraph_requests_in_work',
    help: 'Requests that are being answered.',
    registers,
    collect() {
      this.set(of.load.inWork);
    },
  });
  new Gauge({
    name: 'blobgraph_turns_taken',
    help: 'Requests and hydrations of users that are worked on.',
    registers,
    collect() {
      this.set(of.load.shares.inWork);
    },
  });
  new Gauge({
    name: 'blobgraph_turns_waiting',
    help: 'Requests and hydrations of users that wait for their turn.',
    registers,
    collect() {
      this.set(of.load.shares.waiting);
    },
  });
  new Counter({
    name: 'blobgraph_requests_refused_total',
    help: 'Requests that were refused because too many were in work.',
    registers,
    collect() {
      this.reset();
      this.inc(of.load.refused);
    },
  });
  new Gauge({
    name: 'blobgraph_breaker_state',
    help: 'Of calls to another service: 0 closed, 1 half-open, 2 open.',
    labelNames: ['target'],
    registers,
    collect() {
      for (const [target, state] of Object.entries(of.breakers()))
        this.set({ target }, BREAKER_VALUES[state]);
    },
  });
}

/** Measures a service's connections over WebSocket. */
export function measureSockets({ registry }: ServiceMetrics, sockets: () => SocketsOpen): void {
  const registers = [registry];
  const gauge = (name: string, help: string, read: (open: SocketsOpen) => number) =>
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read(sockets()));
      },
    });
  gauge('blobgraph_sockets_open', 'Connections over WebSocket.', ({ open }) => open);
  gauge(
    'blobgraph_sockets_unauthenticated',
    'Connections over WebSocket that have not said who they are.',
    ({ unauthenticated }) => unauthenticated,
  );
  gauge(
    'blobgraph_sockets_held_bytes',
    'Bytes kept for connections over WebSocket: not read, or of messages that have not come whole.',
    ({ heldBytes }) => heldBytes,
  );
  new Counter({
    name: 'blobgraph_sockets_refused_total',
    help: 'Connections over WebSocket that were refused because there were too many.',
    registers,
    collect() {
      this.reset();
      this.inc(sockets().refused);
    },
  });
}
