import type { Logger } from '../../telemetry/logger.ts';
import { type Periodic, periodic } from '../../time/periodic.ts';

const EVERY_MS = 60_000;
/** Looks after which an unchanged problem is logged again. */
const AGAIN_AFTER = 60;

/** Logs problems of the log's room when they are new, and then once an hour. `problems` may reject. */
export function watchUsage(problems: () => Promise<readonly string[]>, logger: Logger | undefined): Periodic {
  let said = '';
  let looks = 0;
  async function look(): Promise<void> {
    const found = await problems();
    // Numbers change all the time.
    const kinds = found.map((problem) => problem.replace(/\d+/g, '')).join();
    looks = kinds === said ? looks + 1 : 0;
    said = kinds;
    if (found.length > 0 && looks % AGAIN_AFTER === 0)
      logger?.warn({ problems: found }, 'The event log fills up, or a durable lags');
  }
  return periodic({ what: 'looking how full the event log is', everyMs: EVERY_MS, logger, turn: look });
}
