import { canaryDurable } from '../../../platform/clients/canary.ts';
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
import { type IndexWalk, newWalk } from '../store/walks.ts';

export interface LifecycleDependencies {
  readonly store: Pick<StateStore, 'retirements' | 'canaryEnds'>;
  readonly clock: Clock;
  /** When the registry does not answer, nothing is done until the next look. */
  readonly processors: Pick<ProcessorCatalog, 'known'>;
  readonly eventLog: Pick<EventLog, 'usage' | 'cutDurable' | 'removeDurable'>;
  /** Continues a processor's retirement soon. */
  readonly nudgeRetirement: (processorId: string) => void;
  /** Continues soon what a candidate's end leads to. */
  readonly nudgeCanaryEnd: (processorId: string) => void;
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
  if (clock.now().getTime() - Date.parse(statusSince(processor)) < silenceOf(processor) * 1_000) return;
  const { durables } = await eventLog.usage();
  for (const name of durablesOf(processor)) {
    const durable = durables.find((one) => one.durable === name);
    if (!durable || durable.cut || durable.waiting === 0) continue;
    await eventLog.cutDurable(name);
    const { waiting } = durable;
    logger.info(
      { processor: processor.id, durable: name, waiting },
      'cut a paused processor off from the log',
    );
  }
}

/** The durables that a processor's processes consume. */
const durablesOf = ({ id }: Pick<ProcessorDocument, 'id'>): string[] => [id, canaryDurable(id)];

/** The outcome of a walk that follows a change in the registry. */
interface Following {
  /** Whether the walk is to begin, for the first or the second time. */
  readonly isDue: boolean;
  /** Whether all processes know of the change by now. */
  readonly isSettled: boolean;
  /** Whether the second walk, which is the last one, has ended. */
  readonly isOver: boolean;
}

/** A walk begins at once, and again when no process can plan runs by what was before any more. */
function following(walk: IndexWalk | null, since: Date, now: Date, settleMs = SETTLE_MS): Following {
  const settledAt = new Date(since.getTime() + settleMs);
  const isSettled = now >= settledAt;
  const begun = walk && walk.startedAt >= since ? walk.startedAt : null;
  const isLast = begun !== null && begun >= settledAt;
  const isDone = Boolean(walk?.finishedAt);
  const isDue = !begun || (isSettled && !isLast && isDone);
  return { isDue, isSettled, isOver: isLast && isDone };
}

/** Begins to end a retired processor's runs. */
async function endRuns(deps: LifecycleDependencies, processor: ProcessorDocument): Promise<void> {
  const { clock, store, eventLog, settleMs } = deps;
  const { id } = processor;
  const now = clock.now();
  const walk = await store.retirements.walk(id);
  if (!following(walk, new Date(statusSince(processor)), now, settleMs).isDue) return;
  for (const durable of durablesOf(processor)) await eventLog.removeDurable(durable);
  await store.retirements.beginWalk(newWalk({ processorId: id, requestedBy: id, startedAt: now }), now);
  deps.nudgeRetirement(id);
}

/** By processor, the end of a candidate after which all is done, as far as this process has seen. */
type Ends = Map<string, string>;

/** Begins to take back the runs of a candidate that was promoted or withdrawn, and lets its durable go. */
async function endCanary(
  deps: LifecycleDependencies,
  ends: Ends,
  processor: ProcessorDocument,
): Promise<void> {
  const { clock, store, eventLog, settleMs } = deps;
  const { id, canary, canary_ended_at: endedAt } = processor;
  if (endedAt === null || ends.get(id) === endedAt) return;
  const now = clock.now();
  const walk = await store.canaryEnds.walk(id);
  const { isDue, isSettled, isOver } = following(walk, new Date(endedAt), now, settleMs);
  if (isOver) ends.set(id, endedAt);
  if (!isDue) return;
  // Another candidate reads by it.
  if (isSettled && !canary) await eventLog.removeDurable(canaryDurable(id));
  const begun = newWalk({ processorId: id, requestedBy: id, startedAt: now });
  await store.canaryEnds.beginWalk(begun, now, { anew: true });
  deps.nudgeCanaryEnd(id);
}

async function look(deps: LifecycleDependencies, ends: Ends): Promise<void> {
  const { processors, logger } = deps;
  const follow = { active: async () => undefined, paused: cutOff, retired: endRuns };
  const known = await knownProcessors(processors);
  for (const processor of known.values()) {
    const { status } = processor;
    const followed = [follow[status](deps, processor)];
    if (status !== 'retired') followed.push(endCanary(deps, ends, processor));
    // A failure does not stop the others.
    await Promise.all(followed).catch((error: unknown) => {
      logger.warn(
        { err: error, processor: processor.id },
        'following a processor’s status failed; trying again',
      );
    });
  }
}

/** Carries out the consequences of a processor's status, in whichever process sees it first. Idempotent. */
export const followLifecycles = (deps: LifecycleDependencies, ends: Ends = new Map()): Periodic =>
  periodic({
    what: 'following the status of processors',
    everyMs: deps.everyMs ?? EVERY_MS,
    logger: deps.logger,
    turn: () => look(deps, ends),
  });
