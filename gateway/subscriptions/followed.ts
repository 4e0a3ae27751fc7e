import { cursorOf, type Occurrence } from '../../platform/changes/change.ts';
import type { ChangeFeed } from '../../platform/changes/feed.ts';
import { OVER, Polled, type Sleeper } from '../../platform/concurrency/polled.ts';
import { BlobgraphError } from '../../platform/errors/errors.ts';
import type { OpenSession } from '../../platform/serving/sessions/open-session.ts';
import type { Told as AnyTold } from '../../platform/serving/websocket/subscription.ts';
import { followDeclared } from '../../platform/subscriptions/declared.ts';
import type { Logger } from '../../platform/telemetry/logger.ts';
import { type Trace, withTrace } from '../../platform/telemetry/trace.ts';
import { traceWithoutDeadline } from '../../platform/time/deadline.ts';
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

/** Follows a subscription's results until it is returned. It throws at `poll()` and `next()`, as `ChangeFeed.subscribe`. */
export type Follow = (subscription: Subscription) => Followed;

export interface Following {
  /** Opens the feed. */
  readonly changeFeed: () => Promise<ChangeFeed>;
  /** The subscription fields that can be followed. */
  readonly declarations: Declarations;
  readonly hydrate: Hydrate;
  readonly operations: Pick<Operations<GatewayContext>, 'schema'>;
  readonly logger: Logger;
}

/** Changes of one subscription that are hydrated at once, also while its client reads slowly. They are told in order. */
const HYDRATED_AHEAD = 4;

/**
 * The results of one subscription. Most subscriptions wait, and are many: what hydrates changes is there while there
 * are some.
 */
export class Followed extends Polled<Told> implements Sleeper {
  readonly #session: Subscription['session'];
  readonly #deps: Following;
  readonly #trace: Trace;
  /** Until it follows its changes. */
  #subscription: Subscription | undefined;
  #subscribed: Subscribed | undefined;
  #changes: Polled<Occurrence> | undefined;
  /** Results on their way, in order; absent while there are none. */
  #ahead: Promise<Told>[] | undefined;
  /** While more changes are taken. */
  #taking: Promise<void> | undefined;
  #hasNews = false;
  /** No more changes come, by a failure or without one. */
  #isComplete = false;
  #failure: unknown;
  #isOver = false;
  #onReturn: (() => void) | undefined;

  constructor(subscription: Subscription, deps: Following) {
    super();
    this.#subscription = subscription;
    this.#session = subscription.session;
    this.#deps = deps;
    this.#trace = traceWithoutDeadline();
  }

  async poll(): Promise<IteratorResult<Told, void> | undefined> {
    if (this.#isOver) return OVER;
    const taking = this.#take();
    if (!this.#ahead) await taking;
    const first = this.#ahead?.[0];
    if (!first) return this.#isComplete || this.#isOver ? this.#end() : undefined;
    try {
      const value = await first;
      if (this.#ahead?.[0] !== first) return this.#end();
      this.#forgetFirst();
      this.#session.assertOpen();
      return { done: false, value };
    } catch (error) {
      await this.return();
      throw error;
    }
  }

  /** Ends it at once, also while it waits. */
  async return(): Promise<IteratorResult<Told, void>> {
    this.#isOver = true;
    this.#ahead = undefined;
    this.#onReturn?.();
    this.#onReturn = undefined;
    await this.#changes?.return();
    this.stir();
    return OVER;
  }

  /** Ends it at once with an error, which whoever follows it is told. */
  end(reason: unknown): void {
    this.#failure ??= reason;
    this.#isComplete = true;
    this.#ahead = undefined;
    void this.#changes?.return();
    this.stir();
  }

  /** Acts when it is returned. */
  onReturn(act: () => void): void {
    this.#onReturn = act;
  }

  /** There may be changes: they are hydrated while others before them are told. */
  wake(): void {
    this.#hasNews = true;
    void this.#take();
    this.stir();
  }

  /** @throws what it has failed with */
  #end(): typeof OVER {
    this.#isOver = true;
    if (this.#failure !== undefined) throw this.#failure;
    return OVER;
  }

  #forgetFirst(): void {
    this.#ahead?.shift();
    if (this.#ahead?.length === 0) this.#ahead = undefined;
  }

  get #hasRoom(): boolean {
    return !this.#isOver && !this.#isComplete && (this.#ahead?.length ?? 0) < HYDRATED_AHEAD;
  }

  /** Takes what changes there are, as far as there is room. */
  #take(): Promise<void> | undefined {
    if (!this.#taking && this.#hasRoom) this.#taking = withTrace(this.#trace, () => this.#takeAll());
    return this.#taking;
  }

  /** Where there is room it waits for something. It does not reject. */
  async #takeAll(): Promise<void> {
    try {
      const changes = this.#changes ?? (await this.#follow(this.#subscription as Subscription));
      while (changes && this.#hasRoom) {
        this.#hasNews = false;
        const next = await changes.poll();
        if (next?.done) this.#isComplete = true;
        else if (next) this.#hydrate(next.value);
        else if (!this.#hasNews) return;
      }
    } catch (error) {
      this.#isComplete = true;
      this.#failure = error;
    } finally {
      // Not a tick later: what has come by then would be taken by nobody.
      this.#taking = undefined;
    }
  }

  #hydrate(occurrence: Occurrence): void {
    const told = this.#told(occurrence);
    // It is waited for once those before it are told.
    told.catch(() => undefined);
    this.#ahead ??= [];
    this.#ahead.push(told);
  }

  async #told(occurrence: Occurrence): Promise<Told> {
    const { viewer } = this.#session;
    const result = await this.#deps.hydrate(this.#subscribed as Subscribed, viewer, occurrence);
    return { result, cursor: cursorOf(occurrence) };
  }

  /** Undefined where it has ended meanwhile. @throws BlobgraphError */
  async #follow({
    session,
    operation,
    variables,
    joined,
  }: Subscription): Promise<Polled<Occurrence> | undefined> {
    const { operations, declarations, changeFeed, logger } = this.#deps;
    const args = { schema: operations.schema, document: operation.document, variableValues: variables };
    this.#subscribed = subscribedTo(args, declarations);
    const feed = await changeFeed().catch((error: unknown) => {
      logger.error({ err: error }, 'opening the change feed failed');
      throw new BlobgraphError('SERVICE_UNAVAILABLE', 'The event log does not answer. Try again later.');
    });
    if (this.#isOver) return undefined;
    const { declared, args: given } = this.#subscribed;
    this.#changes = followDeclared(declared, given, feed, { viewer: session.viewer, joined });
    this.#changes.wakes(this);
    this.#subscription = undefined;
    return this.#changes;
  }
}
