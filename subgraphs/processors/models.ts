import type DataLoader from 'dataloader';
import type { Caller } from '../../platform/identity/service-tokens.ts';
import type { HealthMonitor } from './health.ts';
import type { Processor } from './processor.ts';
import type { ProcessorRegistry } from './registry.ts';

/** What the resolvers of one request share. */
export interface Context {
  readonly caller: Caller;
  readonly registry: ProcessorRegistry;
  readonly health: HealthMonitor;
  readonly processors: DataLoader<string, Processor | null>;
}

export type ProcessorModel = Processor;
