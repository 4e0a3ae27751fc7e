import { onTestFinished } from 'vitest';
import { openChangeFeed } from '../../platform/changes/feed.ts';
import { createLogger } from '../../platform/telemetry/logger.ts';
import { memoryLog } from '../../platform/testing/memory-log.ts';
import { startTestService, type TestServiceOptions } from '../../platform/testing/service.ts';
import { eventsService } from './main.ts';

/** Starts the events service on a log in memory; it stops when the test is over. */
export async function startEvents(options: TestServiceOptions = {}) {
  const log = memoryLog();
  const feed = openChangeFeed({ log, logger: createLogger('silent') });
  const service = await startTestService(eventsService, {
    eventLog: async () => log,
    changeFeed: async () => feed,
    ...options,
  });
  onTestFinished(async () => {
    await service.stop();
    await feed.close();
  });
  return { log, feed, service };
}
