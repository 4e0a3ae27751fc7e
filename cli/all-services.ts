import type { z } from 'zod';
import type { ServiceName } from '../platform/config.ts';
import type { ServiceDefinition } from '../platform/serving/service.ts';
import { processors, subgraphServices } from './subgraphs.generated.ts';

/** Every service, those that others ask first; the front door opens last. */
const services: Readonly<Record<ServiceName, () => Promise<ServiceDefinition>>> = {
  ...subgraphServices,
  gateway: async () => (await import('../gateway/main.ts')).gatewayService,
};

const startingOrder = Object.keys(services) as ServiceName[];

/** Loads one service's code, and no other's. */
export const loadService = (name: ServiceName): Promise<ServiceDefinition> => services[name]();

/** Loads services, in the order in which one process starts them. */
export const loadServices = (names: readonly ServiceName[]): Promise<ServiceDefinition[]> =>
  Promise.all(startingOrder.filter((name) => names.includes(name)).map(loadService));

/** What is needed here of a processor's value. */
interface ProcessorValue {
  readonly id: string;
  readonly takes?: Readonly<Record<string, readonly string[]>>;
  readonly makes: { readonly schema: string };
  readonly settings?: z.ZodObject;
}

const loaders: Readonly<Record<string, () => Promise<ProcessorValue>>> = processors;

/** The values of all processors. */
export const processorValues = (): Promise<ProcessorValue[]> =>
  Promise.all(Object.values(loaders).map((load) => load()));

/** The variables that a service alone reads, with what each may be: a processor's settings. */
export async function settingsOf(name: string): Promise<Readonly<Record<string, z.ZodType>>> {
  return (await loaders[name]?.())?.settings?.shape ?? {};
}
