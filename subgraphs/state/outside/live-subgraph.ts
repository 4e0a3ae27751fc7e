import type { Caller } from '../../../platform/identity/service/caller.ts';
import type { RunOptions, Subgraph, SubgraphAnswer } from '../../../platform/serving/graphql/subgraph.ts';

/** One call at a time, and one more for all who ask meanwhile: each begins after it was asked for. */
export function oneAfterAnother(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  let next: Promise<void> | undefined;
  function run(): Promise<void> {
    if (!running) {
      running = work().finally(() => {
        running = undefined;
      });
      return running;
    }
    next ??= running
      .catch(() => undefined)
      .then(() => {
        next = undefined;
        return run();
      });
    return next;
  }
  return run;
}

/** Nothing of such an operation was run. */
const isInvalid = ({ status, text }: SubgraphAnswer): boolean =>
  status >= 400 && text.includes('"GRAPHQL_VALIDATION_FAILED"');

/**
 * A subgraph that another may take the place of while it serves. An operation that is not valid in it may be of a gateway that has a
 * newer supergraph: before it is refused, `renew` looks for one.
 */
export class LiveSubgraph implements Pick<Subgraph, 'run' | 'refuse'> {
  readonly #renew: () => Promise<void>;
  #current: Subgraph;

  constructor(first: Subgraph, renew: () => Promise<void>) {
    this.#current = first;
    this.#renew = oneAfterAnother(renew);
  }

  /** Requests in work end with the one before. */
  replace(next: Subgraph): void {
    this.#current = next;
  }

  readonly refuse = (error: unknown): SubgraphAnswer => this.#current.refuse(error);

  readonly run = async (body: unknown, caller: Caller, options?: RunOptions): Promise<SubgraphAnswer> => {
    const asked = this.#current;
    const answer = await asked.run(body, caller, options);
    if (!isInvalid(answer)) return answer;
    await this.#renew().catch(() => undefined);
    return this.#current === asked ? answer : this.#current.run(body, caller, options);
  };
}
