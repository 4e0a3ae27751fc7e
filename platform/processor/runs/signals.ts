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
}

/** The signals of all that a worker has in work, from its start to its stop. */
export class Signals {
  readonly #pausing = new AbortController();
  readonly #ending = new AbortController();

  /** From now on only what has begun goes on. */
  pause(): void {
    this.#pausing.abort();
  }

  /** Nothing goes on. */
  end(): void {
    this.#ending.abort();
  }

  /** Aborts when nothing more is taken. */
  get waiting(): AbortSignal {
    return AbortSignal.any([this.#pausing.signal, this.#ending.signal]);
  }

  of(delivery: Pick<Delivery, 'signal'>): WorkSignals {
    const given = new AbortController();
    const unwanted = new AbortController();
    const stopped = () => {
      // A pause stops the consumption, and not what is in work.
      if (!this.#pausing.signal.aborted) given.abort();
    };
    if (delivery.signal.aborted) stopped();
    else delivery.signal.addEventListener('abort', stopped, { once: true });
    const work = AbortSignal.any([given.signal, unwanted.signal, this.#ending.signal]);
    return {
      work,
      waiting: AbortSignal.any([work, this.#pausing.signal]),
      get isUnwanted() {
        return unwanted.signal.aborted;
      },
      hear(error) {
        if (isUnwanted(error)) unwanted.abort(error);
      },
    };
  }
}
