import { watchedBy } from '../../platform/changes/feed.ts';
import { measureEventLog } from '../../platform/event-log/room/metrics.ts';
import { eventLogCheck } from '../../platform/serving/health.ts';
import type { ServiceDefinition } from '../../platform/serving/service.ts';
import { Sessions } from '../../platform/serving/sessions/sessions.ts';
import { createEndedRuns } from './outcomes/ended.ts';
import { createLetterCounts } from './outcomes/letters.ts';
import { measureOutcomes } from './outcomes/metrics.ts';
import { installEvents } from './subgraph.ts';
import { openWebhooks } from './webhooks/open.ts';
import { createPostgresWebhookStore } from './webhooks/store/store.postgres.ts';

/** The events subgraph: subscriptions to changes, webhooks, and dead letters. */
export const eventsService: ServiceDefinition = {
  name: 'events',
  create: async (runtime) => {
    const { clock, logger, metrics } = runtime;
    measureEventLog(metrics, runtime.eventLog);
    const ended = createEndedRuns(clock);
    const letters = createLetterCounts(runtime.eventLog, clock);
    measureOutcomes(metrics, { ended, letters });
    const sessions = new Sessions(runtime);
    const watching = watchedBy(ended);
    const changeFeed = async () => watching.watch(await sessions.watching(runtime.changeFeed));
    const { webhooks, ping, start, stop } = await openWebhooks(
      runtime,
      createPostgresWebhookStore(await runtime.sql('events')),
    );
    return {
      checks: { 'event log': eventLogCheck(runtime.eventLog), store: ping },
      install: (app) => installEvents(app, { ...runtime, changeFeed, sessions, webhooks, ended, letters }),
      async start() {
        start();
        changeFeed().catch((error: unknown) => logger.warn({ err: error }, 'the event log does not answer'));
      },
      stop,
      close: async () => {
        watching.unwatch();
        sessions.unwatch();
      },
    };
  },
};
