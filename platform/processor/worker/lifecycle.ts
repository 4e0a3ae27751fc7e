import type { ProcessorDocument, RegistryClient } from '../../clients/registry.ts';
import type { Logger } from '../../telemetry/logger.ts';
import { type Periodic, periodic } from '../../time/periodic.ts';
import { ACTIVE, type Standing } from '../kit/standing.ts';
import type { Worker } from './worker.ts';

export interface LifecycleDependencies {
  readonly processor: { readonly id: string; readonly version: string };
  readonly registry: Pick<RegistryClient, 'find'>;
  /** Worker of its runs; null where it only works on demand. */
  readonly worker: Worker | null;
  /** Stops registering results: those of a retired processor are refused. */
  readonly silence: () => Promise<void>;
  readonly logger: Logger;
  /** Milliseconds between two reads of the registry. Default: 2,000. */
  readonly everyMs?: number;
}

/** Starts, pauses and stops a processor's work by its status in the registry. */
export interface Lifecycle {
  /** As it was read last. */
  readonly standing: Standing;
  /** Starts work if the processor is active, then follows its status. */
  start(): Promise<void>;
  /** Finishes or hands back what is in work, and follows the status no more. */
  stop(): Promise<void>;
}

const EVERY_MS = 2_000;

/** Processes of earlier versions stay retired after the processor was registered anew. */
function standingOf(found: ProcessorDocument | undefined, version: string): Standing {
  if (!found) return ACTIVE;
  const isGone = found.retired_versions.includes(version);
  return { status: isGone ? 'retired' : found.status, reason: found.status_reason };
}

class FollowedLifecycle implements Lifecycle {
  readonly #deps: LifecycleDependencies;
  readonly #following: Periodic;
  #standing = ACTIVE;
  #isWorking = false;
  #isStopped = false;

  constructor(deps: LifecycleDependencies) {
    this.#deps = deps;
    this.#following = periodic({
      what: 'following the processor’s status',
      everyMs: deps.everyMs ?? EVERY_MS,
      logger: deps.logger,
      turn: () => this.#follow(),
    });
  }

  get standing(): Standing {
    return this.#standing;
  }

  async start(): Promise<void> {
    this.#standing = (await this.#look()) ?? ACTIVE;
    if (this.#standing.status === 'active') await this.#work();
    else await this.#rest();
    this.#following.start();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    // Also ends a pause that waits for what is in work.
    await this.#deps.worker?.stop();
    await this.#following.stop();
  }

  /** Undefined while the registry does not answer: the last status holds. */
  async #look(): Promise<Standing | undefined> {
    const { processor, registry, logger } = this.#deps;
    try {
      return standingOf(await registry.find(processor.id), processor.version);
    } catch (error) {
      logger.debug({ err: error }, 'reading the processor’s status from the registry failed');
      return undefined;
    }
  }

  async #follow(): Promise<void> {
    const standing = await this.#look();
    // A store that is gone does not come back to a process that worked on it.
    if (!standing || this.#isStopped || this.#standing.status === 'retired') return;
    this.#standing = standing;
    if (standing.status === 'active') await this.#work();
    else await this.#rest();
  }

  async #work(): Promise<void> {
    if (this.#isWorking || this.#isStopped) return;
    await this.#deps.worker?.start();
    this.#isWorking = true;
  }

  async #rest(): Promise<void> {
    const { worker, silence, logger, processor } = this.#deps;
    const { status, reason } = this.#standing;
    const wasWorking = this.#isWorking;
    this.#isWorking = false;
    const about = { processor: processor.id, version: processor.version, reason };
    if (status === 'retired') {
      logger.error(about, 'the processor was retired: this process does nothing more. Stop it');
      await Promise.all([worker?.stop(), silence()]);
    } else if (wasWorking) {
      logger.warn(about, 'the processor is paused: it takes no work until it is resumed');
      await worker?.pause();
    }
  }
}

export const createLifecycle = (deps: LifecycleDependencies): Lifecycle => new FollowedLifecycle(deps);
