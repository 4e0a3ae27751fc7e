import type { ChangeFeed } from '../../../../platform/changes/feed.ts';
import { type Entering, FairQueue } from '../../../../platform/concurrency/fair-queue.ts';
import { decodeCursor } from '../../../../platform/events/cursor.ts';
import { alarmAt } from '../../../../platform/time/alarm.ts';
import { bounded } from '../../../../platform/time/bounded.ts';
import { type Periodic, periodic } from '../../../../platform/time/periodic.ts';
import type { Webhook } from '../record/webhook.ts';
import type { WebhookStore } from '../store/store.ts';
import { type DrainDependencies, type Drained, drain } from './drain.ts';
import { hostOf, type Kept, KeptWebhooks } from './kept.ts';

export interface DelivererDependencies extends Omit<DrainDependencies, 'store' | 'feed'> {
  readonly store: DrainDependencies['store'] &
    Pick<WebhookStore, 'turn' | 'claim' | 'release' | 'keepOnly' | 'leave' | 'sweep'>;
  readonly feed: () => Promise<Pick<ChangeFeed, 'subscribe' | 'watch'>>;
  /** Milliseconds between two looks at the store. Default: 2,000. */
  readonly everyMs?: number;
  /** Webhooks of this process at most. Default: 10,000. */
  readonly most?: number;
}

/** Delivers to webhooks, which the processes that do so share among them. */
export interface Deliverer {
  start(): void;
  /** Looks at the store now: something was registered or changed. */
  nudge(): void;
  /** Breaks off what is being sent to these. */
  drop(ids: readonly string[]): void;
  /**
   * Sends something else to a webhook, in a turn of its user and its host as deliveries have them.
   * @throws BlobgraphError OVERLOADED when that does not come soon
   */
  inTurn<T>(webhook: Pick<Webhook, 'userId' | 'url'>, work: () => Promise<T>): Promise<T>;
  /** Deliveries in work, webhooks that wait for their turn, and webhooks of this process. */
  usage(): { readonly inWork: number; readonly waiting: number; readonly kept: number };
  /** Ends after what is in work; what takes too long is broken off, and sent again by whoever comes next. */
  stop(): Promise<void>;
}

const EVERY_MS = 2_000;
/** A worker that has not been heard of for so long is dead: its webhooks go to the others. */
const LEASE_MS = 15_000;
const MOST = 10_000;
const CLAIMED_AT_ONCE = 500;
/** Deliveries at once: in all, to one user's webhooks, and to one host. */
const AT_ONCE = 64;
const AT_ONCE_PER_USER = 4;
const AT_ONCE_PER_HOST = 4;
/** An idle webhook's cursor is moved on so often: the log forgets, and it must not seem to have missed what it was not to be told. */
const REFRESH_MS = 600_000;
const REFRESHED_AT_ONCE = 200;
const SWEEP_MS = 60_000;
const AWAY_MS = 2_000;
const FINISH_MS = 4_000;
/** Longer than any queue lasts: who waits longer comes again. */
const PATIENCE_MS = 3_600_000;

/** Milliseconds that a message whose sender waits for the answer may wait for each of its places. */
export const TURN_WITHIN_MS = 3_000;

class SharingDeliverer implements Deliverer {
  readonly #deps: DelivererDependencies;
  readonly #kept = new KeptWebhooks();
  readonly #looking: Periodic;
  readonly #stopping = new AbortController();
  readonly #users: FairQueue;
  readonly #hosts: FairQueue;
  readonly #places: FairQueue;
  #unwatch: (() => void) | undefined;
  #sweptAt = 0;

  constructor(deps: DelivererDependencies) {
    this.#deps = deps;
    const { logger, everyMs = EVERY_MS, most = MOST } = deps;
    const queue = (name: string, capacity: number, capacityPerKey: number) =>
      new FairQueue({ name, capacity, capacityPerKey, maxWaiting: most, patienceMs: PATIENCE_MS });
    // Whoever waits for a turn of its user, or its host, takes no place from others.
    this.#users = queue('deliveries for a user', most, AT_ONCE_PER_USER);
    this.#hosts = queue('deliveries to a host', most, AT_ONCE_PER_HOST);
    this.#places = queue('deliveries to webhooks', AT_ONCE, AT_ONCE_PER_USER);
    this.#looking = periodic({
      what: 'looking for webhooks to deliver to',
      everyMs,
      logger,
      turn: () => this.#look(),
    });
  }

  start(): void {
    this.#looking.start();
    this.#looking.now();
  }

  nudge(): void {
    this.#looking.now();
  }

  drop(ids: readonly string[]): void {
    for (const id of ids) this.#kept.drop(id);
  }

  inTurn<T>({ userId, url }: Pick<Webhook, 'userId' | 'url'>, work: () => Promise<T>): Promise<T> {
    return this.#inTurn(userId, hostOf(url), { patienceMs: TURN_WITHIN_MS }, work);
  }

  usage() {
    const waiting = this.#users.waiting + this.#hosts.waiting + this.#places.waiting;
    return { inWork: this.#places.inWork, waiting, kept: this.#kept.size };
  }

  async stop(): Promise<void> {
    const { logger, store, worker } = this.#deps;
    this.#stopping.abort();
    this.#unwatch?.();
    await this.#looking.stop();
    const running = [...this.#kept.all()].map((kept) => kept.running);
    await bounded('Delivering', FINISH_MS, Promise.all(running)).catch(() => undefined);
    this.drop([...this.#kept.all()].map(({ id }) => id));
    await Promise.all(running);
    await store.leave(worker).catch((error: unknown) => {
      logger.warn({ err: error }, 'webhooks were not given back; others take them in some seconds');
    });
  }

  /** Says that this process is alive, and keeps its share of the webhooks. */
  async #look(): Promise<void> {
    const { store, worker, clock, most = MOST } = this.#deps;
    await this.#watch();
    const now = clock.now();
    const turn = await store.turn(worker, now, new Date(now.getTime() + LEASE_MS));
    for (const webhook of turn.changed) await this.#changed(webhook);
    const share = Math.min(most, Math.ceil(turn.active / Math.max(1, turn.workers)));
    if (this.#kept.size < share) {
      const limit = Math.min(share - this.#kept.size, CLAIMED_AT_ONCE);
      for (const webhook of await store.claim(worker, limit, now)) this.#wake(this.#kept.put(webhook));
    } else if (turn.workers > 1) await this.#giveUp(this.#kept.size - share);
    this.#refresh(now.getTime());
    if (now.getTime() - this.#sweptAt < SWEEP_MS) return;
    this.#sweptAt = now.getTime();
    await store.keepOnly(
      worker,
      [...this.#kept.all()].map(({ id }) => id),
    );
    await store.sweep(new Date(now.getTime() - SWEEP_MS), now);
  }

  async #watch(): Promise<void> {
    if (this.#unwatch) return;
    const feed = await this.#deps.feed();
    this.#unwatch = feed.watch({
      changed: (entry) => {
        for (const kept of this.#kept.toldOf(entry)) {
          kept.newest = entry.sequence;
          // One that failed waits for its time.
          if (!kept.callOff) this.#wake(kept);
        }
      },
      missed: () => {
        for (const kept of this.#kept.all()) {
          // It may be another log, whose sequences do not compare.
          kept.newest = 0;
          if (!kept.callOff) this.#wake(kept);
        }
      },
    });
  }

  /** Its owner has changed it. What is in work finds that out by itself. */
  async #changed(webhook: Webhook): Promise<void> {
    if (webhook.state === 'ACTIVE') {
      const kept = this.#kept.put(webhook);
      kept.must = true;
      this.#wake(kept);
    } else if (!this.#kept.get(webhook.id)?.running) await this.#giveBack([webhook.id]);
  }

  /** Gives some idle ones to workers that have fewer. */
  async #giveUp(count: number): Promise<void> {
    const idle = [...this.#kept.all()].filter(({ running }) => !running).slice(0, Math.max(0, count));
    if (idle.length > 0) await this.#giveBack(idle.map(({ id }) => id));
  }

  async #giveBack(ids: readonly string[]): Promise<void> {
    this.drop(ids);
    await this.#deps.store.release(this.#deps.worker, ids);
  }

  #refresh(now: number): void {
    let left = REFRESHED_AT_ONCE;
    for (const kept of this.#kept.all()) {
      if (left === 0) return;
      if (kept.running || kept.callOff || now - kept.restedAt < REFRESH_MS) continue;
      left -= 1;
      this.#wake(kept);
    }
  }

  /** Has its turn come, at once or once more. */
  #wake(kept: Kept): void {
    if (this.#stopping.signal.aborted || kept.dropped.signal.aborted) return;
    kept.callOff?.();
    kept.callOff = undefined;
    kept.again = true;
    kept.running ??= this.#run(kept).finally(() => {
      kept.running = undefined;
      if (kept.again && !kept.callOff) this.#wake(kept);
    });
  }

  /** It does not reject. */
  async #run(kept: Kept): Promise<void> {
    while (kept.again && !this.#stopping.signal.aborted) {
      kept.again = false;
      kept.must = false;
      this.#settle(kept, await this.#turn(kept));
    }
  }

  async #turn(kept: Kept): Promise<Drained> {
    const { id, userId, host, dropped } = kept;
    const { signal } = dropped;
    const endings = { soon: this.#stopping.signal, now: signal };
    const entering = { signal: AbortSignal.any([signal, this.#stopping.signal]) };
    try {
      return await this.#inTurn(userId, host, entering, () => drain(this.#deps, id, endings));
    } catch (error) {
      if (entering.signal.aborted) return { kind: 'over' };
      this.#deps.logger.warn({ err: error, webhook: id }, 'delivering to a webhook failed; trying again');
      return { kind: 'later', at: new Date(this.#deps.clock.now().getTime() + AWAY_MS) };
    }
  }

  #inTurn<T>(userId: string, host: string, entering: Entering, work: () => Promise<T>): Promise<T> {
    const place = () => this.#places.run(userId, work, entering);
    return this.#users.run(userId, () => this.#hosts.run(host, place, entering), entering);
  }

  #settle(kept: Kept, ended: Drained): void {
    if (this.#stopping.signal.aborted || kept.dropped.signal.aborted) return;
    if (ended.kind === 'more') kept.again = true;
    if (ended.kind === 'later') this.#later(kept, ended.at);
    if (ended.kind === 'over') this.#leave(kept);
    if (ended.kind !== 'done') return;
    kept.restedAt = this.#deps.clock.now().getTime();
    kept.again ||= kept.newest > decodeCursor(ended.cursor).sequence;
  }

  #later(kept: Kept, at: Date): void {
    kept.again = kept.must;
    if (!kept.must) kept.callOff = alarmAt(at, this.#deps.clock, () => this.#wake(kept));
  }

  /** Nothing is sent by this process any more. */
  #leave({ id }: Kept): void {
    this.#giveBack([id]).catch((error: unknown) => {
      this.#deps.logger.warn(
        { err: error, webhook: id },
        'a webhook was not given back; that is done in a minute',
      );
    });
  }
}

export const createDeliverer = (deps: DelivererDependencies): Deliverer => new SharingDeliverer(deps);
