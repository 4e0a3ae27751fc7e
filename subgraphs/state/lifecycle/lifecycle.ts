import type { ProcessorDocument } from '../../../platform/clients/registry.ts';
import type { EventLog } from '../../../platform/event-log/log.ts';
import type { Logger } from '../../../platform/logger.ts';
import { type Repeating, repeating } from '../../../platform/repeating.ts';
import type { StateDependencies } from '../dependencies.ts';
import { silenceOf } from '../runs/retry.ts';

export interface LifecycleDependencies extends Pick<StateDependencies, 'store' | 'clock' | 'processors'> {
  readonly eventLog: Pick<EventLog, 'usage' | 'cutDurable' | 'removeDurable'>;
  readonly nudgeRetirement: (processorId: string) => void;
  readonly logger: Logger;
  /** Milliseconds between two looks at the registry. Default: 1,000. */
  readonly everyMs?: number;
  /** Milliseconds after which no process takes a processor for what it was before. Default: 40,000. */
  readonly settleMs?: number;
}

const EVERY_MS = 1_000;
/** Longer than a registry that does not answer is believed to be as it was. */
const SETTLE_MS = 40_000;

const since = ({ status_since, created_at }: ProcessorDocument): Date => new Date(status_since ?? created_at);

/**
 * Cuts a paused processor off from the log once its runs in work have had their time: what waits would keep the log from
 * making room. What it misses is handed out from the index once it waits for events again, which the log tells it then.
 */
async function cutOff(deps: LifecycleDependencies, processor: ProcessorDocument): Promise<void> {
  const { clock, eventLog, logger } = deps;
  const { id } = processor;
  if (clock.now().getTime() - since(processor).getTime() < silenceOf(processor) * 1_000) return;
  const { durables } = await eventLog.usage();
  const durable = durables.find((one) => one.durable === id);
  if (!durable || durable.cut || durable.waiting === 0) return;
  await eventLog.cutDurable(id);
  logger.info({ processor: id, waiting: durable.waiting }, 'a paused processor is cut off from the log');
}

/** Begins to end a retired processor's runs: at once, and again when nobody can have planned one any more. */
async function endRuns(deps: LifecycleDependencies, processor: ProcessorDocument): Promise<void> {
  const { clock, store, eventLog, settleMs = SETTLE_MS } = deps;
  const { id } = processor;
  const now = clock.now();
  const retiredAt = since(processor);
  const settledAt = new Date(retiredAt.getTime() + settleMs);
  const walk = await store.retirements.backfill(id);
  const begun = walk && walk.startedAt >= retiredAt ? walk.startedAt : null;
  if (begun && (now < settledAt || begun >= settledAt || !walk?.finishedAt)) return;
  await eventLog.removeDurable(id);
  const progress = { finishedAt: null, scanned: 0, planned: 0, finishedRuns: 0, obstacle: null };
  const next = {
    processorId: id,
    since: null,
    requestedBy: id,
    startedAt: now,
    ...progress,
    after: null,
    batch: [],
  };
  await store.retirements.beginBackfill(next, now);
  deps.nudgeRetirement(id);
}

async function look(deps: LifecycleDependencies): Promise<void> {
  const { processors, logger } = deps;
  const follow = { active: async () => undefined, paused: cutOff, retired: endRuns };
  const known = await processors.known().catch(() => []);
  for (const processor of known) {
    // One that fails holds up no other.
    await follow[processor.status](deps, processor).catch((error: unknown) => {
      logger.warn(
        { err: error, processor: processor.id },
        'following a processor’s status failed; trying again',
      );
    });
  }
}

/** Does what follows from what operators say of processors, whichever process sees it first. All of it may be done again. */
export const followLifecycles = (deps: LifecycleDependencies): Repeating =>
  repeating(deps.everyMs ?? EVERY_MS, () => look(deps));
