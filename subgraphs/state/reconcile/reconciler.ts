import type { ServiceHttp } from '../../../platform/clients/http.ts';
import type { RegistryClient } from '../../../platform/clients/registry.ts';
import { withoutDeadline } from '../../../platform/deadline.ts';
import { BlobgraphError } from '../../../platform/errors.ts';
import type { Logger } from '../../../platform/logger.ts';
import type { StateDependencies } from '../dependencies.ts';
import { type FindingSummary, Findings } from './findings.ts';
import { ownBlobs } from './own.ts';
import { Owners, processorOwner } from './owners.ts';
import { repairAll } from './repair.ts';
import { scanIndex, scanStore } from './scan.ts';

/** When the reconciler runs and how much it may do. */
export interface ReconcilerSettings {
  /** Seconds between two runs that repair; 0: none but those that are asked for. */
  readonly everySeconds: number;
  /** Age below which data is left to who works on it. */
  readonly graceSeconds: number;
  /** Repairs of one run at most; the rest is left to the next. */
  readonly maxChanges: number;
}

export interface ReconcilerDependencies {
  readonly state: StateDependencies;
  readonly registry: Pick<RegistryClient, 'list'>;
  readonly http: ServiceHttp;
  readonly settings: ReconcilerSettings;
  readonly logger: Logger;
}

export interface ReconcileOptions {
  /** Whether to set right what is found, or only to tell of it. */
  readonly repair: boolean;
  /** Default: that of the settings, which a repair never goes below. */
  readonly graceSeconds?: number;
  readonly signal?: AbortSignal;
  /** Hears how many blobs and entries were looked at so far. */
  readonly onProgress?: (checked: number) => void;
}

/** The outcome of a run. */
export interface ReconciliationReport {
  readonly startedAt: Date;
  readonly finishedAt: Date;
  readonly repair: boolean;
  readonly graceSeconds: number;
  /** Blobs and entries that were looked at. */
  readonly checked: number;
  readonly findings: readonly FindingSummary[];
  /** Processors of which nothing is concluded, and why. */
  readonly unreachable: readonly { readonly processorId: string; readonly reason: string }[];
  /** True when there was more to set right than one run may. */
  readonly capped: boolean;
}

/** Holds the index and the stores against each other. */
export interface Reconciler {
  /** @throws BlobgraphError VALIDATION_FAILED; what the index's own store rejects with */
  run(options: ReconcileOptions): Promise<ReconciliationReport>;
  /** The newest report of this process; null before the first. */
  readonly last: ReconciliationReport | null;
  start(): void;
  /** Breaks off what runs: all of it may be done again. */
  stop(): Promise<void>;
}

/** Runs may wait for their processor while others are worked on, so they are given longer than all else. */
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
async function openOwners({ state, registry, http, logger }: ReconcilerDependencies): Promise<Owners> {
  try {
    const processors = await registry.list();
    const kept = processors.filter(({ status }) => status !== 'retired');
    return new Owners(
      [ownBlobs(state), ...kept.map((processor) => processorOwner(http, processor))],
      new Map(processors.map(({ id, status }) => [id, status])),
    );
  } catch (error) {
    logger.warn({ err: error }, 'the processor registry did not answer: no store but the own is looked at');
    const owners = new Owners([ownBlobs(state)]);
    owners.leaveOut('processors', 'The registry does not answer.');
    return owners;
  }
}

async function reconcile(deps: ReconcilerDependencies, options: ReconcileOptions & { signal: AbortSignal }) {
  const { state, settings } = deps;
  const { repair, signal, onProgress = () => undefined } = options;
  const graceSeconds = graceOf(settings, options);
  const startedAt = state.clock.now();
  const owners = await openOwners(deps);
  const findings = new Findings(settings.maxChanges);
  const silentSince = ago(startedAt, SILENT_GRACES * graceSeconds);
  let checked = 0;
  const scan = {
    store: state.store,
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
  if (repair) await repairAll({ deps: state, owners, findings, silentSince, signal });
  return {
    startedAt,
    finishedAt: state.clock.now(),
    repair,
    graceSeconds,
    checked,
    findings: findings.summary(new Set(owners.away.keys())),
    unreachable: [...owners.away].map(([processorId, reason]) => ({ processorId, reason })),
    capped: findings.capped,
  };
}

export function createReconciler(deps: ReconcilerDependencies): Reconciler {
  const { logger, settings } = deps;
  const stopping = new AbortController();
  const running = new Set<Promise<unknown>>();
  let last: ReconciliationReport | null = null;
  let timer: NodeJS.Timeout | undefined;

  async function run(options: ReconcileOptions): Promise<ReconciliationReport> {
    const signal = AbortSignal.any([stopping.signal, ...(options.signal ? [options.signal] : [])]);
    // Nobody else waits for it: it may take longer than a request.
    const work = withoutDeadline(() => reconcile(deps, { ...options, signal }));
    running.add(work);
    try {
      last = await work;
      return last;
    } finally {
      running.delete(work);
    }
  }
  async function runBySchedule(): Promise<void> {
    try {
      const { findings, unreachable, capped } = await run({ repair: true });
      if (findings.length > 0 || unreachable.length > 0)
        logger.warn({ findings, unreachable, capped }, 'index and stores did not agree');
    } catch (error) {
      if (!stopping.signal.aborted) logger.warn({ err: error }, 'reconciling failed; trying again');
    }
    schedule();
  }
  function schedule(): void {
    if (stopping.signal.aborted || settings.everySeconds === 0) return;
    // Processes that started together do not run together.
    const delayMs = settings.everySeconds * 1_000 * (0.5 + Math.random() / 2);
    timer = setTimeout(() => void runBySchedule(), delayMs);
  }
  return {
    run,
    get last() {
      return last;
    },
    start: schedule,
    async stop() {
      stopping.abort();
      clearTimeout(timer);
      await Promise.allSettled(running);
    },
  };
}
