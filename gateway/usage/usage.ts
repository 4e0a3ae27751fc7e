import {
  MAX_REPORT_BYTES,
  MAX_REPORTED_OPERATIONS,
  type OperationUse,
  type SupergraphClient,
} from '../../platform/clients/supergraph.ts';
import type { Logger } from '../../platform/telemetry/logger.ts';
import { bounded } from '../../platform/time/bounded.ts';
import type { Clock } from '../../platform/time/clock.ts';
import { type Periodic, periodic } from '../../platform/time/periodic.ts';
import type { OperationShape } from './shape.ts';

/** Counts the runs of one compiled operation. */
export type Count = () => void;

/** Operations of which runs are counted between two reports; those that come beyond them are not. */
const MAX_OPERATIONS = 1_000;
const REPORT_EVERY_MS = 10_000;
const LAST_WITHIN_MS = 1_500;

/** Where the members of a report are, beside the operations themselves. */
const AROUND_BYTES = 64;

interface Counted {
  readonly shape: OperationShape;
  count: number;
  lastSeenAt: number;
}

/** Uses of one shape as one: it may have been compiled several times. */
function added(counted: Iterable<Counted>): OperationUse[] {
  const uses = new Map<string, OperationUse>();
  for (const { shape, count, lastSeenAt } of counted) {
    const before = uses.get(shape.hash);
    const last_seen_at = new Date(lastSeenAt).toISOString();
    uses.set(shape.hash, {
      ...shape,
      count: count + (before?.count ?? 0),
      last_seen_at: before && before.last_seen_at > last_seen_at ? before.last_seen_at : last_seen_at,
    });
  }
  return [...uses.values()];
}

/** Reports that the registry takes, in order. An operation that is longer than a report is left out. */
export function* reportsOf(uses: readonly OperationUse[]): Generator<OperationUse[]> {
  let report: OperationUse[] = [];
  let bytes = AROUND_BYTES;
  for (const use of uses) {
    const size = Buffer.byteLength(JSON.stringify(use)) + 1;
    if (AROUND_BYTES + size > MAX_REPORT_BYTES) continue;
    if (report.length === MAX_REPORTED_OPERATIONS || bytes + size > MAX_REPORT_BYTES) {
      yield report;
      [report, bytes] = [[], AROUND_BYTES];
    }
    report.push(use);
    bytes += size;
  }
  if (report.length > 0) yield report;
}

/**
 * The operations that clients really run, by their shape alone, reported to the registry. A report that it does not take is
 * dropped: the record tells what is in use, and not how often to the last run.
 */
export class Usage {
  readonly #client: Pick<SupergraphClient, 'reportUsage'>;
  readonly #clock: Clock;
  readonly #reporting: Periodic;
  /** Those that ran since the last report. */
  #counted = new Set<Counted>();

  constructor(deps: {
    readonly client: Pick<SupergraphClient, 'reportUsage'>;
    readonly clock: Clock;
    readonly logger: Pick<Logger, 'info' | 'warn'>;
  }) {
    const { client, clock, logger } = deps;
    this.#client = client;
    this.#clock = clock;
    this.#reporting = periodic({
      what: 'reporting which operations are in use',
      everyMs: REPORT_EVERY_MS,
      logger,
      turn: () => this.report(),
    });
  }

  /** Counts what an operation of this shape does from now on; undefined for one that uses nothing of the graph. */
  of(shape: OperationShape): Count | undefined {
    if (shape.coordinates.length === 0) return undefined;
    const counted: Counted = { shape, count: 0, lastSeenAt: 0 };
    return () => {
      counted.count += 1;
      counted.lastSeenAt = this.#clock.now().getTime();
      if (counted.count === 1) this.#enter(counted);
    };
  }

  start(): void {
    this.#reporting.start();
  }

  /** Reports once more, if the registry takes it at once. */
  async stop(): Promise<void> {
    await this.#reporting.stop();
    await bounded('The last report', LAST_WITHIN_MS, this.report()).catch(() => undefined);
  }

  /** @throws BlobgraphError when the registry does not take it: what was counted is dropped */
  async report(): Promise<void> {
    const counted = this.#counted;
    this.#counted = new Set();
    const uses = added(counted);
    for (const each of counted) each.count = 0;
    for (const report of reportsOf(uses)) await this.#client.reportUsage(report);
  }

  #enter(counted: Counted): void {
    if (this.#counted.size < MAX_OPERATIONS) this.#counted.add(counted);
    else counted.count = 0;
  }
}
