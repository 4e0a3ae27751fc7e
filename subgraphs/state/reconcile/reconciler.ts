import type { ServiceHttp } from '../../../platform/clients/http/http.ts';
import type { RegistryClient } from '../../../platform/clients/registry.ts';
import { BlobgraphError } from '../../../platform/errors/errors.ts';
import type { Logger } from '../../../platform/telemetry/logger.ts';
import { withoutDeadline } from '../../../platform/time/deadline.ts';
import { periodic } from '../../../platform/time/periodic.ts';
import { type FindingSummary, Findings } from './findings.ts';
import { type OwnBlobDependencies, ownBlobs } from './own.ts';
import { Owners, processorOwner } from './owners.ts';
import { type RepairDependencies, repairAll } from './repair.ts';
import { type Scan, scanIndex, scanStore } from './scan.ts';

/** When the reconciler works, and how much it may change. */
export interface ReconcilerSettings {
  /** Seconds between two scheduled passes, which repair; 0: none is scheduled. */
  readonly everySeconds: number;
  /** Younger data is skipped: it may be in work. */
  readonly graceSeconds: number;
  /** Maximum number of repairs per pass; the next one does the rest. */
  readonly maxChanges: number;
}

export interface ReconcilerDependencies extends RepairDependencies, OwnBlobDependencies {
  readonly store: RepairDependencies['store'] & OwnBlobDependencies['store'] & Scan['store'];
  /** When it does not answer, only state's own store is checked. */
  readonly registry: Pick<RegistryClient, 'list'>;
  readonly http: ServiceHttp;
  readonly settings: ReconcilerSettings;
  readonly logger: Logger;
}

export interface ReconcileOptions {
  /** Whether to repair, or only to report. */
  readonly repair: boolean;
  /** Default: that of the settings, which is also the minimum for a repair. */
  readonly graceSeconds?: number;
  /** Aborting it makes `reconcile` reject; repairs made so far stay. */
  readonly signal?: AbortSignal;
  /** Called with the number of blobs and entries checked so far. */
  readonly onProgress?: (checked: number) => void;
}

/** The result of a pass. */
export interface ReconciliationReport {
  readonly startedAt: Date;
  /** After the last repair. */
  readonly finishedAt: Date;
  readonly repair: boolean;
  /** The one applied: of the request, else of the settings. */
  readonly graceSeconds: number;
  /** Number of blobs and entries checked. */
  readonly checked: number;
  /** Ordered by kind, then by processor; none of processors left out. */
  readonly findings: readonly FindingSummary[];
  /** Processors that were left out, and why. */
  readonly unreachable: readonly { readonly processorId: string; readonly reason: string }[];
  /** True when there was more to repair than one pass may. */
  readonly capped: boolean;
}

/** Compares the index with the stores. */
export interface Reconciler {
  /** Makes one pass. @throws BlobgraphError VALIDATION_FAILED; errors of state's own store */
  reconcile(options: ReconcileOptions): Promise<ReconciliationReport>;
  /** The last report of this process; null before the first. */
  readonly last: ReconciliationReport | null;
  /** Schedules passes that repair, unless `everySeconds` is 0. */
  start(): void;
  /** Aborts passes in progress, which is safe. */
  stop(): Promise<void>;
}

/** Processes that started together do not work together: of the interval, by which a pass may come earlier. */
const JITTER = 0.5;
/** Runs may have to wait for their processor, so they get several times the grace. */
const SILENT_GRACES = 4;

const ago = (from: Date, seconds: number): Date => new Date(from.getTime() - seconds * 1_000);

function graceOf(
  { graceSeconds: least }: ReconcilerSettings,
  { repair, graceSeconds = least }: ReconcileOptions,
) {
  if (!repair || graceSeconds >= least) return graceSeconds;
  const message = `A repair leaves alone what is younger than ${least} s. Ask for no less, or for a report only.`;
  throw new BlobgraphError('VALIDATION_FAILED', message, { field: 'grace_seconds' });
}

/** All owners; without the registry, state alone. */
async function openOwners(deps: ReconcilerDependencies): Promise<Owners> {
  const { registry, http, logger } = deps;
  try {
    const processors = await registry.list();
    const kept = processors.filter(({ status }) => status !== 'retired');
    return new Owners(
      [ownBlobs(deps), ...kept.map((processor) => processorOwner(http, processor))],
      new Map(processors.map(({ id, status }) => [id, status])),
    );
  } catch (error) {
    logger.warn({ err: error }, 'the processor registry did not answer; only state’s own store is checked');
    const owners = new Owners([ownBlobs(deps)]);
    owners.leaveOut('processors', 'The registry does not answer.');
    return owners;
  }
}

async function pass(deps: ReconcilerDependencies, options: ReconcileOptions & { signal: AbortSignal }) {
  const { store, clock, settings } = deps;
  const { repair, signal, onProgress = () => undefined } = options;
  const graceSeconds = graceOf(settings, options);
  const startedAt = clock.now();
  const owners = await openOwners(deps);
  const findings = new Findings(settings.maxChanges);
  const silentSince = ago(startedAt, SILENT_GRACES * graceSeconds);
  let checked = 0;
  const scan = {
    store,
    owners,
    findings,
    before: ago(startedAt, graceSeconds),
    silentSince,
    signal,
    onProgress: (more: number) => {
      checked += more;
      onProgress(checked);
    },
  };
  for (const owner of owners.reachable()) await scanStore(scan, owner);
  await scanIndex(scan);
  if (repair) await repairAll({ deps, owners, findings, silentSince, signal });
  return {
    startedAt,
    finishedAt: clock.now(),
    repair,
    graceSeconds,
    checked,
    findings: findings.summary(new Set(owners.away.keys())),
    unreachable: [...owners.away].map(([processorId, reason]) => ({ processorId, reason })),
    capped: findings.capped,
  };
}

function logDisagreement(report: ReconciliationReport, logger: Pick<Logger, 'warn'>): void {
  const { findings, unreachable, capped } = report;
  if (findings.length > 0 || unreachable.length > 0)
    logger.warn({ findings, unreachable, capped }, 'index and stores disagree');
}

export function createReconciler(deps: ReconcilerDependencies): Reconciler {
  const { logger, settings } = deps;
  const stopping = new AbortController();
  const passes = new Set<Promise<unknown>>();
  let last: ReconciliationReport | null = null;

  async function reconcile(options: ReconcileOptions): Promise<ReconciliationReport> {
    const signal = AbortSignal.any([stopping.signal, ...(options.signal ? [options.signal] : [])]);
    // It may take longer than a request's deadline.
    const work = withoutDeadline(() => pass(deps, { ...options, signal }));
    passes.add(work);
    try {
      last = await work;
      return last;
    } finally {
      passes.delete(work);
    }
  }
  const scheduled = periodic({
    what: 'reconciling',
    everyMs: settings.everySeconds * 1_000,
    jitter: JITTER,
    logger,
    turn: async () => logDisagreement(await reconcile({ repair: true }), logger),
  });
  return {
    reconcile,
    get last() {
      return last;
    },
    start() {
      if (settings.everySeconds > 0) scheduled.start();
    },
    async stop() {
      stopping.abort();
      await Promise.allSettled([scheduled.stop(), ...passes]);
    },
  };
}
