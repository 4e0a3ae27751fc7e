import type { ExecutionResult } from 'graphql-ws';
import { Few } from '../../collections/few.ts';
import type { ConnectionSession } from '../connections/session.ts';
import { ServiceStops } from '../event-stream/pour.ts';

/** A subscription's result, with the cursor after which it goes on. */
export interface Told<Result extends object = ExecutionResult> {
  readonly result: Result;
  /** Undefined for what is in no log. */
  readonly cursor: string | undefined;
}

/** A subscription's results for graphql-ws. Returning it ends the subscription at once, also while it waits. */
export class Results implements AsyncIterableIterator<ExecutionResult> {
  readonly #told: AsyncIterator<Told<object>, void, undefined>;
  readonly #session: Pick<ConnectionSession, 'end'>;
  readonly #cursors: WeakMap<object, string>;
  readonly #onReturn = new Few<() => void>();
  #isReturned = false;
  #reason: unknown;

  /** `cursors`: where the cursor of each result is noted. */
  constructor(
    told: AsyncIterator<Told<object>, void, undefined>,
    deps: { session: Pick<ConnectionSession, 'end'>; cursors: WeakMap<object, string> },
  ) {
    this.#told = told;
    this.#session = deps.session;
    this.#cursors = deps.cursors;
  }

  /** Acts once there are no more. */
  onReturn(act: () => void): void {
    this.#onReturn.add(act);
  }

  /** @throws what the subscription ends with */
  async next(): Promise<IteratorResult<ExecutionResult, undefined>> {
    try {
      const { done, value } = await this.#told.next();
      // What was on its way when the client completed it is told no more: its id may be another's by now.
      if (!done && !this.#isReturned) return { value: this.#noted(value) };
    } catch (error) {
      this.#leave();
      if (!this.#isReturned) throw error;
    }
    this.#leave();
    if (this.#reason) throw this.#reason;
    // It was closed with the service, which is no end of what is told: nothing more is sent, no `complete` either.
    if (!this.#isReturned) this.#session.end(new ServiceStops());
    return { done: true, value: undefined };
  }

  async return(): Promise<IteratorResult<ExecutionResult, undefined>> {
    this.#isReturned = true;
    this.#leave();
    await this.#told.return?.();
    return { done: true, value: undefined };
  }

  /** Ends it with an error that the client is told. */
  end(reason: unknown): void {
    this.#reason ??= reason;
    this.#told.return?.().catch(() => undefined);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #noted({ result, cursor }: Told<object>): ExecutionResult {
    if (cursor !== undefined) this.#cursors.set(result, cursor);
    return result as ExecutionResult;
  }

  #leave(): void {
    for (const act of this.#onReturn) act();
    this.#onReturn.clear();
  }
}
