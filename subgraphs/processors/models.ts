import type DataLoader from 'dataloader';
import type { Egress } from '../../platform/egress/guarded-agent.ts';
import type { Caller } from '../../platform/identity/service-tokens.ts';
import type { HealthMonitor } from './health.ts';
import type { Processor } from './processor.ts';
import type { ProcessorRegistry } from './registry.ts';

/** The resolvers' context, one a request. */
export interface Context {
  readonly caller: Caller;
  readonly registry: ProcessorRegistry;
  readonly health: HealthMonitor;
  readonly egress: Egress;
  readonly processors: DataLoader<string, Processor | null>;
}

export type ProcessorModel = Processor;
