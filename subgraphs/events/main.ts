import { measureEventLog } from '../../platform/event-log/room/metrics.ts';
import { eventLogCheck } from '../../platform/serving/health.ts';
import type { ServiceDefinition } from '../../platform/serving/service.ts';
import { installEvents } from './subgraph.ts';

/** The events subgraph: subscriptions to changes, and dead letters. */
export const eventsService: ServiceDefinition = {
  name: 'events',
  create: async (runtime) => {
    measureEventLog(runtime.metrics, runtime.eventLog);
    return {
      checks: { 'event log': eventLogCheck(runtime.eventLog) },
      install: (app) => installEvents(app, runtime),
    };
  },
};
