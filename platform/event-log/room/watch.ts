import type { Logger } from '../../logger.ts';
import { type Repeating, repeating } from '../../repeating.ts';

const EVERY_MS = 60_000;
/** What stays as it is is said again after so many looks. */
const AGAIN_AFTER = 60;

/** Logs what is to be said of the log's room, when it is new and then once an hour. `problems` may reject. */
export function watchUsage(
  problems: () => Promise<readonly string[]>,
  logger: Logger | undefined,
): Repeating {
  let said = '';
  let looks = 0;
  return repeating(EVERY_MS, async () => {
    try {
      const found = await problems();
      // Numbers change all the time.
      const kinds = found.map((problem) => problem.replace(/\d+/g, '')).join();
      looks = kinds === said ? looks + 1 : 0;
      said = kinds;
      if (found.length > 0 && looks % AGAIN_AFTER === 0)
        logger?.warn({ problems: found }, 'The event log fills up, or a durable lags');
    } catch (err) {
      logger?.debug({ err }, 'The event log does not tell how full it is');
    }
  });
}
