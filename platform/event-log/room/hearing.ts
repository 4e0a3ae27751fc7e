import { withoutDeadline } from '../../deadline.ts';
import type { Logger } from '../../logger.ts';
import type { ConsumeOptions, Cut } from '../log.ts';

/** A cut as it is kept, until it was heard of. */
interface Kept {
  readonly cut: Cut;
}

export interface CutHearingDependencies<K extends Kept> {
  readonly options: Pick<ConsumeOptions, 'durable' | 'onCut'>;
  readonly logger: Logger | undefined;
  /** The newest cut of the durable that was not heard of. */
  readonly find: () => Promise<K | null>;
  /** Forgets this one, and no later one. */
  readonly forget: (kept: K) => Promise<unknown>;
}

const RETRY_MS = 2_000;

/** Tells one consumption of the cuts of its durable: each is forgotten only when it was heard of. */
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

  /** Tells no more; what is being heard of just now is told again to the next. */
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
          logger?.warn({ durable, cut }, 'Messages may be lost to a durable, and nobody asks for them anew');
        if (!this.#stopped) await forget(kept);
      }
    } catch (error) {
      this.#again = true;
      if (!this.#stopped)
        logger?.warn({ err: error, durable }, 'A cut could not be told of: it is told again');
    }
  }
}
