import type { Logger } from '../../telemetry/logger.ts';
import { withoutDeadline } from '../../time/deadline.ts';
import type { ConsumeOptions, Cut } from '../consuming.ts';

/** A cut that is kept until `onCut` resolved. */
interface Kept {
  readonly cut: Cut;
}

export interface CutHearingDependencies<K extends Kept> {
  readonly options: Pick<ConsumeOptions, 'durable' | 'onCut'>;
  readonly logger: Logger | undefined;
  /** The newest unacknowledged cut of the durable. */
  readonly find: () => Promise<K | null>;
  /** Forgets this one, and no later one. */
  readonly forget: (kept: K) => Promise<unknown>;
}

const RETRY_MS = 2_000;

/** Calls a consumption's `onCut` for each cut of its durable, and forgets the cut once it resolved. */
export class CutHearing<K extends Kept = Kept> {
  readonly #dependencies: CutHearingDependencies<K>;
  #telling: Promise<void> | undefined;
  #again = false;
  #retry: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(dependencies: CutHearingDependencies<K>) {
    this.#dependencies = dependencies;
  }

  /** There may be a cut. */
  look(): void {
    this.#again = true;
    this.#telling ??= this.#tell().finally(() => {
      this.#telling = undefined;
      if (this.#again && !this.#stopped) this.#retry ??= setTimeout(() => this.#lookAgain(), RETRY_MS);
    });
  }

  /** Stops calling; a cut whose `onCut` is running is told again to the next consumption. */
  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#retry);
  }

  #lookAgain(): void {
    this.#retry = undefined;
    this.look();
  }

  async #tell(): Promise<void> {
    const { options, find, forget, logger } = this.#dependencies;
    const { durable, onCut } = options;
    try {
      while (this.#again && !this.#stopped) {
        this.#again = false;
        const kept = await find();
        if (!kept || this.#stopped) continue;
        this.#again = true;
        const { cut } = kept;
        if (onCut) await withoutDeadline(() => onCut(cut));
        else
          logger?.warn(
            { durable, cut },
            'Messages may be lost to a durable, and it has no `onCut` to recover them',
          );
        if (!this.#stopped) await forget(kept);
      }
    } catch (error) {
      this.#again = true;
      if (!this.#stopped) logger?.warn({ err: error, durable }, 'onCut failed; retrying');
    }
  }
}
