import {
  BrokenCircuitError,
  type CircuitBreakerPolicy,
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker,
  handleWhen,
} from 'cockatiel';
import { retrying } from '../../time/retry.ts';

/** The other side gave no answer of its own: nobody listens there, the connection broke, or the time was over. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
  /** Whether to ask again may help at once. */
  readonly again: boolean;
  /** Whether it speaks against the other side, and not against how little it was waited for. */
  readonly counts: boolean;

  constructor(cause: unknown, { again, counts }: { again: boolean; counts: boolean }) {
    super('There was no answer', { cause });
    this.again = again;
    this.counts = counts;
  }
}

/** `open`: calls are refused at once. `half-open`: the next call tries whether the other side is back. */
export type BreakerState = 'closed' | 'half-open' | 'open';

/** Keeps calls from targets that do not answer, each behind a circuit breaker of its own. */
export interface Guard {
  /**
   * The result of `work`, which is run again at most twice where that may help and `repeatable` says that it does
   * no harm, after some 50 and 100 ms with jitter.
   * @throws what `work` rejects with; NoAnswer at once while the target's breaker is open
   */
  run<T>(target: string, work: () => Promise<T>, options: { readonly repeatable: boolean }): Promise<T>;
  /** The breaker of every target that was called. */
  states(): Readonly<Record<string, BreakerState>>;
}

/** Calls in a row without an answer, after which the breaker opens. */
const OPENS_AFTER = 5;
/** A target that is back is found within this time, and one that is not is asked no more often. */
const OPEN_FOR_MS = 1_000;

const REPEATS = {
  attempts: 3,
  baseMs: 50,
  maxMs: 500,
  mayPass: (error: unknown) => error instanceof NoAnswer && error.again,
} as const;

class Breaker {
  readonly #policy: CircuitBreakerPolicy = circuitBreaker(
    handleWhen((error) => error instanceof NoAnswer && error.counts),
    { halfOpenAfter: OPEN_FOR_MS, breaker: new ConsecutiveBreaker(OPENS_AFTER) },
  );
  #openUntil = 0;

  constructor() {
    this.#policy.onBreak(() => {
      this.#openUntil = performance.now() + OPEN_FOR_MS;
    });
  }

  get state(): BreakerState {
    if (this.#policy.state === CircuitState.Closed) return 'closed';
    const isOpen = this.#policy.state === CircuitState.Open && performance.now() < this.#openUntil;
    return isOpen ? 'open' : 'half-open';
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    // One call at a time tries whether the target is back; the others would wait for it here, perhaps for long.
    if (this.#policy.state === CircuitState.HalfOpen) throw refused(new BrokenCircuitError());
    return this.#policy.execute(work).catch((error: unknown) => {
      throw error instanceof BrokenCircuitError ? refused(error) : error;
    });
  }
}

const refused = (cause: unknown): NoAnswer => new NoAnswer(cause, { again: false, counts: false });

export function createGuard(): Guard {
  const breakers = new Map<string, Breaker>();
  function breakerOf(target: string): Breaker {
    const known = breakers.get(target) ?? new Breaker();
    breakers.set(target, known);
    return known;
  }
  return {
    run: (target, work, { repeatable }) =>
      breakerOf(target).run(repeatable ? () => retrying(work, REPEATS) : work),
    states: () => Object.fromEntries([...breakers].map(([target, { state }]) => [target, state])),
  };
}
