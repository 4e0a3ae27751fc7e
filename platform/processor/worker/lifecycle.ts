import { roleOf } from '../../clients/canary.ts';
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
  /** Whether it registers as a candidate, and works as one until the registry first answers. Default: false. */
  readonly asCandidate?: boolean;
  /** Milliseconds between two reads of the registry. Default: 450. */
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

/** A change in the registry is followed within a second. */
const EVERY_MS = 450;

/** Processes of earlier versions stay retired after the processor was registered anew. */
function standingOf(found: ProcessorDocument | undefined, version: string, unknown: Standing): Standing {
  if (!found) return unknown;
  const isGone = found.retired_versions.includes(version);
  return {
    status: isGone ? 'retired' : found.status,
    reason: found.status_reason,
    role: roleOf(found, version),
    candidate: found.canary?.version ?? null,
  };
}

/** The work of a process with this standing: none, or that of one of the two durables. */
type Doing = 'nothing' | 'the present version’s runs' | 'the candidate’s runs';

function doingOf({ status, role }: Standing): Doing {
  if (status !== 'active' || role === 'superseded' || role === 'withdrawn') return 'nothing';
  return role === 'candidate' ? 'the candidate’s runs' : 'the present version’s runs';
}

class FollowedLifecycle implements Lifecycle {
  readonly #deps: LifecycleDependencies;
  readonly #following: Periodic;
  /** Until the registry first answers. */
  readonly #unknown: Standing;
  #standing: Standing;
  #doing: Doing = 'nothing';
  #isStopped = false;

  constructor(deps: LifecycleDependencies) {
    this.#deps = deps;
    this.#unknown = { ...ACTIVE, role: deps.asCandidate ? 'candidate' : 'present' };
    this.#standing = this.#unknown;
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
    this.#standing = (await this.#look()) ?? this.#unknown;
    await this.#act();
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
      return standingOf(await registry.find(processor.id), processor.version, this.#unknown);
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
    await this.#act();
  }

  async #act(): Promise<void> {
    const doing = doingOf(this.#standing);
    if (this.#standing.status === 'retired') return this.#end();
    if (doing === this.#doing) return;
    const wasWorking = this.#doing !== 'nothing';
    this.#doing = 'nothing';
    if (wasWorking) await this.#rest();
    if (doing === 'nothing' || this.#isStopped) return;
    await this.#deps.worker?.start(doing === 'the candidate’s runs');
    this.#doing = doing;
  }

  async #end(): Promise<void> {
    const { worker, silence, logger } = this.#deps;
    this.#doing = 'nothing';
    logger.error(this.#about(), 'the processor was retired: this process does nothing more. Stop it');
    await Promise.all([worker?.stop(), silence()]);
  }

  /** Takes no more work. What a withdrawn version has in work is given up: it is the present version's now. */
  async #rest(): Promise<void> {
    const { worker, logger } = this.#deps;
    const { status, role } = this.#standing;
    if (status === 'paused') {
      logger.warn(this.#about(), 'the processor is paused: it takes no work until it is resumed');
    } else if (role === 'superseded' || role === 'withdrawn') {
      logger.warn(this.#about(), `this version was ${role}: it takes no more work. Stop its processes`);
    } else {
      logger.info(this.#about(), `this version is the ${role} one now`);
    }
    await (role === 'withdrawn' && status === 'active' ? worker?.stop() : worker?.pause());
  }

  #about() {
    const { id, version } = this.#deps.processor;
    return { processor: id, version, reason: this.#standing.reason };
  }
}

export const createLifecycle = (deps: LifecycleDependencies): Lifecycle => new FollowedLifecycle(deps);
