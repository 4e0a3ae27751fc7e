import { gatewayService } from '../gateway/main.ts';
import type { ServiceDefinition } from '../platform/serving/service.ts';
import { subgraphServices } from './subgraphs.generated.ts';

/** Every service, those that others ask first; the front door opens last. */
export const allServices: readonly ServiceDefinition[] = [...subgraphServices, gatewayService];
