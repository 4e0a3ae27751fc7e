import { readSupergraphText } from '../../../platform/supergraph/outside.ts';
import type { Logger } from '../../../platform/telemetry/logger.ts';
import { type Periodic, periodic } from '../../../platform/time/periodic.ts';

/** How often the file is read again. */
const EVERY_MS = 2_000;

/** Seeds anew when SUPERGRAPH_FILE has another text; one that is no supergraph is refused, once. */
export function followFile(deps: {
  readonly file: string;
  /** As it was when the registry started. */
  readonly text: string;
  readonly seed: (text: string) => Promise<void>;
  readonly logger: Logger;
  /** Default: 2 s. */
  readonly everyMs?: number;
}): Periodic {
  const { file, seed, logger, everyMs = EVERY_MS } = deps;
  let { text } = deps;
  return periodic({
    what: 'looking for another SUPERGRAPH_FILE',
    everyMs,
    logger,
    async turn() {
      const read = await readSupergraphText(file);
      if (read === text) return;
      text = read;
      await seed(read);
    },
  });
}
