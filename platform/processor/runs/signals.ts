import type { Delivery } from '../../event-log/consuming.ts';
import { isUnwanted } from './decide.ts';

/** Signals that end the work on a delivery early. */
export interface WorkSignals {
  /** Aborts when the delivery is given up: the process stops, or the run is not wanted any more. */
  readonly work: AbortSignal;
  /** Aborts also when the processor is paused, for work that has not begun. */
  readonly waiting: AbortSignal;
  /** True when the run is not wanted any more. */
  readonly isUnwanted: boolean;
  /** Takes an error of the index; one that says that the run is not wanted any more ends the run. */
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

/** The signals of all deliveries of a worker, from its start to its stop. */
export class Signals {
  readonly #live = new Set<DeliverySignals>();
  #isPausing = false;

  /** Lets only started work go on. */
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
