import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';

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

/** A value that is read whenever the metrics are. */
export function gauge(registry: Registry, name: string, help: string, read: () => number): void {
  new Gauge({
    name,
    help,
    registers: [registry],
    collect() {
      this.set(read());
    },
  });
}

export interface LabelledGauge {
  readonly name: string;
  readonly help: string;
  /** The kind of thing that has the values, e.g. `processor`. */
  readonly label: string;
}

/** Values by their labels that are read whenever the metrics are; those that are no longer read are gone. */
export function gaugeBy(
  registry: Registry,
  { name, help, label }: LabelledGauge,
  read: () => Iterable<readonly [string, number]> | Promise<Iterable<readonly [string, number]>>,
): void {
  new Gauge({
    name,
    help,
    labelNames: [label],
    registers: [registry],
    async collect() {
      const values = await read();
      this.reset();
      for (const [of, value] of values) this.set({ [label]: of }, value);
    },
  });
}

/** A total that is counted elsewhere, and read whenever the metrics are. */
export function total(
  registry: Registry,
  name: string,
  help: string,
  read: () => number | Promise<number>,
): void {
  new Counter({
    name,
    help,
    registers: [registry],
    async collect() {
      const value = await read();
      this.reset();
      this.inc(value);
    },
  });
}
