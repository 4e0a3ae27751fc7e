import type { Delivery } from '../../event-log/log.ts';
import { isUnwanted } from './decide.ts';

/** When the work on a delivery ends before it is done. */
export interface WorkSignals {
  /** Aborts when the delivery is to be given up: the process stops, or nobody wants what would be made. */
  readonly work: AbortSignal;
  /** Aborts also when the processor is paused: of what has not begun yet. */
  readonly waiting: AbortSignal;
  /** True when nobody wants what would be made. */
  readonly isUnwanted: boolean;
  /** Hears an answer of the index: one by which nobody wants the run ends it. */
  hear(error: unknown): void;
  /** The delivery is done. */
  release(): void;
}

class DeliverySignals implements WorkSignals {
  readonly #work = new AbortController();
  readonly #waiting = new AbortController();
  readonly #release: () => void;
  #isUnwanted = false;

  constructor(release: () => void) {
    this.#release = release;
  }

  get work(): AbortSignal {
    return this.#work.signal;
  }

  get waiting(): AbortSignal {
    return this.#waiting.signal;
  }

  get isUnwanted(): boolean {
    return this.#isUnwanted;
  }

  readonly hear = (error: unknown): void => {
    if (!isUnwanted(error)) return;
    this.#isUnwanted = true;
    this.end(error);
  };

  pause(): void {
    this.#waiting.abort();
  }

  end(reason?: unknown): void {
    this.#work.abort(reason);
    this.#waiting.abort(reason);
  }

  release(): void {
    this.#release();
  }
}

/** The signals of all that a worker has in work, from its start to its stop. */
export class Signals {
  readonly #live = new Set<DeliverySignals>();
  #isPausing = false;

  /** From now on only what has begun goes on. */
  pause(): void {
    this.#isPausing = true;
    for (const signals of this.#live) signals.pause();
  }

  /** Nothing goes on. */
  end(): void {
    for (const signals of this.#live) signals.end();
  }

  of({ signal }: Pick<Delivery, 'signal'>): WorkSignals {
    const stopped = () => {
      // A pause stops the consumption, and not what is in work.
      if (this.#isPausing) signals.pause();
      else signals.end();
    };
    const signals = new DeliverySignals(() => {
      this.#live.delete(signals);
      signal.removeEventListener('abort', stopped);
    });
    this.#live.add(signals);
    if (signal.aborted) stopped();
    else signal.addEventListener('abort', stopped, { once: true });
    return signals;
  }
}
