import type { z } from 'zod';
import type { ServiceName } from '../../platform/config/config.ts';
import type { ServiceDefinition } from '../../platform/serving/service.ts';
import { processors, subgraphServices } from './subgraphs.generated.ts';

/** Every service in starting order: a service comes after those that it calls, the gateway last. */
const services: Readonly<Record<ServiceName, () => Promise<ServiceDefinition>>> = {
  ...subgraphServices,
  gateway: async () => (await import('../../gateway/main.ts')).gatewayService,
};

const startingOrder = Object.keys(services) as ServiceName[];

/** Loads the code of one service only. */
export const loadService = (name: ServiceName): Promise<ServiceDefinition> => services[name]();

/** Loads services, in starting order. */
export const loadServices = (names: readonly ServiceName[]): Promise<ServiceDefinition[]> =>
  Promise.all(startingOrder.filter((name) => names.includes(name)).map(loadService));

const values: Readonly<Record<string, () => Promise<{ readonly settings?: z.ZodObject }>>> = {
  ...processors,
  gateway: () => import('../../gateway/settings.ts'),
};

/** The variables that only this service reads, with their schemas; empty for services without settings of their own. */
export async function settingsOf(name: string): Promise<Readonly<Record<string, z.ZodType>>> {
  return (await values[name]?.())?.settings?.shape ?? {};
}
