import { afterAll, beforeAll } from 'vitest';
import { openEmbeddedEventLog } from '../../event-log/embedded/log.embedded.ts';
import type { EventLog } from '../../event-log/log.ts';
import type { SqlServer } from '../../sql/database.ts';
import { openTemporaryPglite } from '../../testing/pglite.ts';
import { systemClock } from '../../time/clock.ts';
import { changeFeedContract } from './feed.contract.ts';

let server: SqlServer;
let log: EventLog;
let databases = 0;

beforeAll(async () => {
  server = await openTemporaryPglite();
});

afterAll(() => server.close());

changeFeedContract({
  stressed: { subscriptions: 1_500, atOnce: 150, users: 12, pauses: 0 },
  async open() {
    databases += 1;
    const database = await server.database(`log_${databases}`);
    log = await openEmbeddedEventLog({ database, clock: systemClock });
    return log;
  },
  close: () => log.close(),
});
