import {
  type ProcessorCatalog,
  type ProcessorDocument,
  statusSince,
} from '../../../platform/clients/registry.ts';
import type { EventLog } from '../../../platform/event-log/log.ts';
import type { Logger } from '../../../platform/telemetry/logger.ts';
import type { Clock } from '../../../platform/time/clock.ts';
import { type Periodic, periodic } from '../../../platform/time/periodic.ts';
import { knownProcessors } from '../blobs/processing/processor-status.ts';
import { silenceOf } from '../blobs/processing/retry.ts';
import type { StateStore } from '../store/store.ts';
import { newWalk } from '../store/walks.ts';

export interface LifecycleDependencies {
  readonly store: Pick<StateStore, 'retirements'>;
  readonly clock: Clock;
  /** When the registry does not answer, nothing is done until the next look. */
  readonly processors: Pick<ProcessorCatalog, 'known'>;
  readonly eventLog: Pick<EventLog, 'usage' | 'cutDurable' | 'removeDurable'>;
  /** Continues a processor's retirement soon. */
  readonly nudgeRetirement: (processorId: string) => void;
  readonly logger: Logger;
  /** Milliseconds between two looks at the registry. Default 1,000. */
  readonly everyMs?: number;
  /** Milliseconds after which every process knows a processor's new status. Default 40,000. */
  readonly settleMs?: number;
}

const EVERY_MS = 1_000;
/** Longer than a process uses a cached answer of the registry. */
const SETTLE_MS = 40_000;

/**
 * Cuts a paused processor off from the log, once its runs in progress have had time to finish: events that wait for it
 * would keep the log from freeing space. When it is resumed, the log tells it that it missed events, and the index hands
 * out their runs.
 */
async function cutOff(deps: LifecycleDependencies, processor: ProcessorDocument): Promise<void> {
  const { clock, eventLog, logger } = deps;
  const { id } = processor;
  if (clock.now().getTime() - Date.parse(statusSince(processor)) < silenceOf(processor) * 1_000) return;
  const { durables } = await eventLog.usage();
  const durable = durables.find((one) => one.durable === id);
  if (!durable || durable.cut || durable.waiting === 0) return;
  await eventLog.cutDurable(id);
  logger.info({ processor: id, waiting: durable.waiting }, 'cut a paused processor off from the log');
}

/** Begins to end a retired processor's runs: at once, and again when no process can plan new ones any more. */
async function endRuns(deps: LifecycleDependencies, processor: ProcessorDocument): Promise<void> {
  const { clock, store, eventLog, settleMs = SETTLE_MS } = deps;
  const { id } = processor;
  const now = clock.now();
  const retiredAt = new Date(statusSince(processor));
  const settledAt = new Date(retiredAt.getTime() + settleMs);
  const walk = await store.retirements.walk(id);
  const begun = walk && walk.startedAt >= retiredAt ? walk.startedAt : null;
  if (begun && (now < settledAt || begun >= settledAt || !walk?.finishedAt)) return;
  await eventLog.removeDurable(id);
  await store.retirements.beginWalk(newWalk({ processorId: id, requestedBy: id, startedAt: now }), now);
  deps.nudgeRetirement(id);
}

async function look(deps: LifecycleDependencies): Promise<void> {
  const { processors, logger } = deps;
  const follow = { active: async () => undefined, paused: cutOff, retired: endRuns };
  const known = await knownProcessors(processors);
  for (const processor of known.values()) {
    // A failure does not stop the others.
    await follow[processor.status](deps, processor).catch((error: unknown) => {
      logger.warn(
        { err: error, processor: processor.id },
        'following a processor’s status failed; trying again',
      );
    });
  }
}

/** Carries out the consequences of a processor's status, in whichever process sees it first. Idempotent. */
export const followLifecycles = (deps: LifecycleDependencies): Periodic =>
  periodic({
    what: 'following the status of processors',
    everyMs: deps.everyMs ?? EVERY_MS,
    logger: deps.logger,
    turn: () => look(deps),
  });
