import type { ProcessorDocument, ProcessorStatus, RegistryClient } from '../clients/registry.ts';
import { BlobgraphError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import { repeating } from '../repeating.ts';
import type { Worker } from './runs/worker.ts';

/** What operators say of the processor of this process. */
export interface Standing {
  readonly status: ProcessorStatus;
  /** The operator's words. */
  readonly reason: string | null;
}

export const ACTIVE: Standing = { status: 'active', reason: null };

export interface LifecycleDependencies {
  readonly processor: { readonly id: string; readonly version: string };
  readonly registry: Pick<RegistryClient, 'find'>;
  /** Runs it has to do; null where it works on demand alone. */
  readonly worker: Worker | null;
  /** Ends what tells the index of results: a retired processor's are not taken. */
  readonly silence: () => Promise<void>;
  readonly logger: Logger;
  /** Milliseconds between two looks at the registry. Default: 2,000. */
  readonly everyMs?: number;
}

/** Has a processor's process do what operators say of it. */
export interface Lifecycle {
  readonly standing: Standing;
  /** Begins to work, unless it may not; then follows what the registry says. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

const EVERY_MS = 2_000;

/** Of a processor that was registered anew, the processes of the versions before stay retired. */
function standingOf(found: ProcessorDocument | undefined, version: string): Standing {
  if (!found) return ACTIVE;
  const isGone = found.retired_versions.includes(version);
  return { status: isGone ? 'retired' : found.status, reason: found.status_reason };
}

class FollowedLifecycle implements Lifecycle {
  readonly #deps: LifecycleDependencies;
  readonly #following;
  #standing = ACTIVE;
  #isWorking = false;
  #isStopped = false;

  constructor(deps: LifecycleDependencies) {
    this.#deps = deps;
    this.#following = repeating(deps.everyMs ?? EVERY_MS, () => this.#follow());
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

  /** Undefined while the registry does not answer: what it said last holds. */
  async #look(): Promise<Standing | undefined> {
    const { processor, registry, logger } = this.#deps;
    try {
      return standingOf(await registry.find(processor.id), processor.version);
    } catch (error) {
      logger.debug({ err: error }, 'the registry did not say whether the processor is paused');
      return undefined;
    }
  }

  async #follow(): Promise<void> {
    const { processor, logger } = this.#deps;
    const standing = await this.#look();
    // A store that is gone does not come back to a process that worked on it.
    if (!standing || this.#isStopped || this.#standing.status === 'retired') return;
    this.#standing = standing;
    try {
      if (standing.status === 'active') await this.#work();
      else await this.#rest();
    } catch (error) {
      logger.error(
        { err: error, processor: processor.id },
        'following the processor’s status failed; trying again',
      );
    }
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

/** @throws BlobgraphError PROCESSOR_PAUSED, PROCESSOR_RETIRED: what would be made at once cannot be */
export function assertMayMake(id: string, { status, reason }: Standing): void {
  if (status === 'active') return;
  if (status === 'retired')
    throw new BlobgraphError('PROCESSOR_RETIRED', `\`${id}\` was retired: it makes nothing any more.`);
  const why = reason === null ? '' : ` (${reason})`;
  throw new BlobgraphError('PROCESSOR_PAUSED', `\`${id}\` is paused${why}. Ask again when it is resumed.`);
}
