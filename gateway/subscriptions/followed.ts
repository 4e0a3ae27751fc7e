import { pMapIterable } from 'p-map';
import { cursorOf, type Occurrence } from '../../platform/changes/change.ts';
import type { ChangeFeed } from '../../platform/changes/feed.ts';
import { BlobgraphError } from '../../platform/errors/errors.ts';
import type { OpenSession } from '../../platform/serving/sessions/open-session.ts';
import type { Told as AnyTold } from '../../platform/serving/websocket/results.ts';
import { followDeclared } from '../../platform/subscriptions/declared.ts';
import type { Logger } from '../../platform/telemetry/logger.ts';
import type { GatewayContext } from '../admission/context.ts';
import type { Declarations } from '../graph/graph.ts';
import type { Operation } from '../operations/operation.ts';
import type { Operations } from '../operations/operations.ts';
import type { Answer } from '../operations/present.ts';
import { type Hydrate, type Subscribed, subscribedTo } from './hydration.ts';

/** A subscription's result as it is presented. */
export type Told = AnyTold<Answer>;

/** A checked subscription. */
export interface Subscription {
  readonly operation: Operation<GatewayContext>;
  /** For whom, as of the newest token. Nothing is told once it has ended. */
  readonly session: Pick<OpenSession, 'viewer' | 'assertOpen'>;
  readonly variables: Readonly<Record<string, unknown>>;
  /** Called once it is good and there is nothing to tell yet. */
  readonly joined?: () => void;
}

/** Follows a subscription's results until it is returned. It throws at `next()`, as `ChangeFeed.subscribe`. */
export type Follow = (subscription: Subscription) => AsyncIterableIterator<Told, void, undefined>;

export interface Following {
  /** Opens the feed. */
  readonly changeFeed: () => Promise<ChangeFeed>;
  /** The subscription fields that can be followed. */
  readonly declarations: Declarations;
  readonly hydrate: Hydrate;
  readonly operations: Pick<Operations<GatewayContext>, 'schema'>;
  readonly logger: Logger;
}

type Occurrences = AsyncIterableIterator<Occurrence, void, undefined>;

/** Changes of one subscription that are hydrated at once, also while its client reads slowly. They are told in order. */
const HYDRATED_AHEAD = 4;

const OVER = { done: true, value: undefined } as const;

async function* startingWith(
  first: Occurrence,
  others: Occurrences,
): AsyncGenerator<Occurrence, void, undefined> {
  yield first;
  yield* others;
}

/**
 * The results of one subscription. Most subscriptions wait, and are many: what hydrates changes is made with the first
 * of them.
 */
export class Followed implements AsyncIterableIterator<Told, void, undefined> {
  readonly #subscription: Subscription;
  readonly #deps: Following;
  #changes: Occurrences | undefined;
  #results: AsyncIterator<Told, void, undefined> | undefined;
  #isOver = false;

  constructor(subscription: Subscription, deps: Following) {
    this.#subscription = subscription;
    this.#deps = deps;
  }

  async next(): Promise<IteratorResult<Told, void>> {
    if (this.#isOver) return OVER;
    try {
      const next = await (this.#results ?? (await this.#begun()))?.next();
      if (!next || next.done) return this.#over();
      this.#subscription.session.assertOpen();
      return next;
    } catch (error) {
      await this.return();
      throw error;
    }
  }

  /** Ends it at once, also while it waits. */
  async return(): Promise<IteratorResult<Told, void>> {
    this.#isOver = true;
    await this.#changes?.return?.();
    await this.#results?.return?.();
    return OVER;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #over(): typeof OVER {
    this.#isOver = true;
    return OVER;
  }

  /** Resolves with the first change; undefined where it has ended before. */
  async #begun(): Promise<AsyncIterator<Told, void, undefined> | undefined> {
    const { session, operation, variables } = this.#subscription;
    const { operations, declarations } = this.#deps;
    const { document } = operation;
    const subscribed = subscribedTo(
      { schema: operations.schema, document, variableValues: variables },
      declarations,
    );
    const changes = await this.#follow(subscribed);
    if (!changes) return undefined;
    this.#changes = changes;
    // It may have ended since: nobody else has these.
    if (this.#isOver) await changes.return?.();
    const first = await changes.next();
    if (first.done) return undefined;
    const told = async (occurrence: Occurrence): Promise<Told> => ({
      result: await this.#deps.hydrate(subscribed, session.viewer, occurrence),
      cursor: cursorOf(occurrence),
    });
    const results = pMapIterable(startingWith(first.value, changes), told, { concurrency: HYDRATED_AHEAD });
    this.#results = results[Symbol.asyncIterator]();
    return this.#results;
  }

  /** Undefined where it has ended meanwhile. @throws BlobgraphError */
  async #follow({ declared, args }: Subscribed): Promise<Occurrences | undefined> {
    const { session, joined } = this.#subscription;
    const { changeFeed, logger } = this.#deps;
    const feed = await changeFeed().catch((error: unknown) => {
      logger.error({ err: error }, 'opening the change feed failed');
      throw new BlobgraphError('SERVICE_UNAVAILABLE', 'The event log does not answer. Try again later.');
    });
    return this.#isOver
      ? undefined
      : followDeclared(declared, args, feed, { viewer: session.viewer, joined });
  }
}
