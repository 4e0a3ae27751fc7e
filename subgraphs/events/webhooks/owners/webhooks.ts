import type { ChangeFeed } from '../../../../platform/changes/feed.ts';
import { BlobgraphError } from '../../../../platform/errors/errors.ts';
import { assertSameInput } from '../../../../platform/ids/idempotency.ts';
import type { IdSource } from '../../../../platform/ids/ids.ts';
import type { TextCipher } from '../../../../platform/sealing/cipher.ts';
import { sought } from '../../../../platform/text/text.ts';
import type { Clock } from '../../../../platform/time/clock.ts';
import { pause } from '../../../../platform/time/pause.ts';
import { followMissed } from '../delivery/changes.ts';
import type { Deliverer } from '../delivery/deliverer.ts';
import { newSecret } from '../record/signing.ts';
import { everything, sealedFor, type Webhook } from '../record/webhook.ts';
import type { WebhookStore } from '../store/store.ts';
import {
  type RegisterInput,
  type Registration,
  readChanges,
  readRegistration,
  type SettingsInput,
} from './input.ts';
import { sendTest, type TestDependencies, type Tested } from './tests.ts';

export interface WebhooksDependencies
  extends Pick<TestDependencies, 'post' | 'limiter' | 'logger' | 'timeoutMs'> {
  readonly store: Omit<WebhookStore, 'turn' | 'claim' | 'begin' | 'delivered' | 'rest' | 'failed'>;
  readonly deliverer: Pick<Deliverer, 'nudge' | 'drop' | 'inTurn'>;
  readonly cipher: Pick<TextCipher, 'seal' | 'open'>;
  readonly feed: () => Promise<Pick<ChangeFeed, 'subscribe'>>;
  /** Why nothing can be sent to a URL, to follow the field's name; null where it can. */
  readonly unreachable: (url: string) => Promise<string | null>;
  readonly clock: Clock;
  readonly ids: IdSource;
  /** Webhooks of a user at most. */
  readonly most: number;
}

/** A webhook with a secret that is told this once; null where it was told long ago. */
export interface Told {
  readonly webhook: Webhook;
  readonly secret: string | null;
}

/** Owners' operations on their webhooks. All but `erase`: of another user's, as if there was none. */
export interface Webhooks {
  /** @throws InputErrors; BlobgraphError WEBHOOKS_EXCEEDED, USER_ERASING, CURSOR_INVALID, CURSOR_EXPIRED, IDEMPOTENCY_CONFLICT */
  register(userId: string, input: RegisterInput): Promise<Told>;
  /** The user's, the oldest first: no more than a user may have. */
  list(userId: string): Promise<Webhook[]>;
  /** @throws InputErrors; BlobgraphError NOT_FOUND */
  update(userId: string, id: string, input: SettingsInput): Promise<Webhook>;
  /** The former secret signs too for a day. @throws BlobgraphError NOT_FOUND */
  rotate(userId: string, id: string): Promise<Told>;
  /** @throws BlobgraphError NOT_FOUND */
  steer(userId: string, id: string, state: 'ACTIVE' | 'PAUSED'): Promise<Webhook>;
  /** `after` null: from now on. @throws BlobgraphError NOT_FOUND, CURSOR_INVALID, CURSOR_EXPIRED */
  replay(userId: string, id: string, after: string | null): Promise<Webhook>;
  /** Sends a test, and tells what came of it. @throws BlobgraphError NOT_FOUND, RATE_LIMITED, OVERLOADED */
  ping(userId: string, id: string): Promise<Tested>;
  /** Once it resolves, nothing is sent any more. @throws BlobgraphError NOT_FOUND */
  remove(userId: string, id: string): Promise<void>;
  /** Removes all of the user's, and takes no new ones for a minute: an erasure asks again until it is done. */
  erase(userId: string): Promise<void>;
}

const OVERLAP_MS = 86_400_000;
/** For who did not hear the answer. */
const TOLD_AGAIN_MS = 86_400_000;
const ERASING_MS = 60_000;
const LOOK_AGAIN_MS = 50;

const notFound = () => new BlobgraphError('NOT_FOUND', 'You have no webhook of this id.', { field: 'id' });

const tooMany = (most: number) =>
  new BlobgraphError('WEBHOOKS_EXCEEDED', `A user may have ${most} webhooks. Delete one first.`);

const erasing = () =>
  new BlobgraphError(
    'USER_ERASING',
    'All data of this user is being erased. Nothing new is accepted until that is done.',
  );

const mayBeStored = (id: string): boolean => sought([id]).length > 0;

class OwnersWebhooks implements Webhooks {
  readonly #deps: WebhooksDependencies;

  constructor(deps: WebhooksDependencies) {
    this.#deps = deps;
  }

  async register(userId: string, input: RegisterInput): Promise<Told> {
    const { store } = this.#deps;
    const registration = readRegistration(input);
    const { by } = registration;
    const known = by && (await store.registered(userId, by.key));
    const webhook = known ?? (await this.#registered(userId, registration));
    if (by) assertSameInput(webhook, by.inputHash);
    return this.#toldOnce(webhook);
  }

  async #registered(userId: string, { settings, after, by }: Registration): Promise<Webhook> {
    const { store, clock, ids, most } = this.#deps;
    await this.#assertReachable(settings.url);
    const cursor = await this.#cursor(userId, after);
    const id = ids.next();
    const { sealed } = this.#newSecret(id);
    const webhook = { ...settings, id, userId, cursor, secret: sealed, createdAt: clock.now() };
    const registered = await store.register(webhook, most, by);
    if (registered === 'too many') throw tooMany(most);
    if (registered === 'erasing') throw erasing();
    this.#deps.deliverer.nudge();
    return registered;
  }

  /** With its secret, as long as the request that registered it may still be sent again. */
  #toldOnce(webhook: Webhook): Told {
    const { clock, cipher } = this.#deps;
    const isOver = clock.now().getTime() - webhook.createdAt.getTime() >= TOLD_AGAIN_MS;
    const secret = isOver ? undefined : cipher.open(sealedFor(webhook.id), webhook.secret);
    return { webhook, secret: secret ?? null };
  }

  list(userId: string): Promise<Webhook[]> {
    return this.#deps.store.list(userId);
  }

  async update(userId: string, id: string, input: SettingsInput): Promise<Webhook> {
    const changes = readChanges(input);
    if (changes.url !== undefined) await this.#assertReachable(changes.url);
    return this.#changed(id, () => this.#deps.store.update(userId, id, changes));
  }

  async rotate(userId: string, id: string): Promise<Told> {
    const { store, clock } = this.#deps;
    const { secret, sealed } = this.#newSecret(id);
    const until = new Date(clock.now().getTime() + OVERLAP_MS);
    return { webhook: await this.#changed(id, () => store.rotate(userId, id, sealed, until)), secret };
  }

  steer(userId: string, id: string, state: 'ACTIVE' | 'PAUSED'): Promise<Webhook> {
    const { store, clock } = this.#deps;
    return this.#changed(id, () => store.steer(userId, id, state, clock.now()));
  }

  async replay(userId: string, id: string, after: string | null): Promise<Webhook> {
    const { store, clock } = this.#deps;
    const cursor = await this.#cursor(userId, after);
    return this.#changed(id, () => store.replay(userId, id, cursor, clock.now()));
  }

  async ping(userId: string, id: string): Promise<Tested> {
    const tested = mayBeStored(id) ? await sendTest(this.#deps, userId, id) : null;
    if (!tested) throw notFound();
    return tested;
  }

  async remove(userId: string, id: string): Promise<void> {
    const { store, clock } = this.#deps;
    const marked = mayBeStored(id) ? await store.markDeleted(userId, { id }, clock.now()) : [];
    if (marked.length === 0) throw notFound();
    await this.#untilGone(marked);
  }

  async erase(userId: string): Promise<void> {
    const { store, clock } = this.#deps;
    const now = clock.now();
    const erasingUntil = new Date(now.getTime() + ERASING_MS);
    await this.#untilGone(await store.markDeleted(userId, { erasingUntil }, now));
  }

  /** Waits for what is on its way, by whichever process: as long as a receiver has for its answer; for a test whose process died, until that counts as over. */
  async #untilGone(ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    const { store, clock, deliverer } = this.#deps;
    deliverer.drop(ids);
    while ((await store.remove(ids, clock.now())) > 0) await pause(LOOK_AGAIN_MS);
  }

  async #changed(id: string, change: () => Promise<Webhook | null>): Promise<Webhook> {
    const webhook = mayBeStored(id) ? await change() : null;
    if (!webhook) throw notFound();
    this.#deps.deliverer.nudge();
    return webhook;
  }

  #newSecret(id: string) {
    const secret = newSecret();
    return { secret, sealed: this.#deps.cipher.seal(sealedFor(id), secret) };
  }

  /** @throws BlobgraphError VALIDATION_FAILED */
  async #assertReachable(url: string): Promise<void> {
    const reason = await this.#deps.unreachable(url);
    if (reason !== null)
      throw new BlobgraphError('VALIDATION_FAILED', `\`url\` ${reason}.`, { field: 'url' });
  }

  /** A cursor that leads somewhere: the one that is given, or that of now. @throws as `ChangeFeed.subscribe` */
  async #cursor(userId: string, after: string | null): Promise<string> {
    const feed = await this.#deps.feed();
    const wanted = { userId, filter: everything, cursor: after };
    const { changes, caughtUp } = followMissed(feed, wanted, new AbortController().signal);
    await changes.next();
    await changes.return?.();
    const cursor = after ?? caughtUp();
    if (cursor !== undefined) return cursor;
    throw new BlobgraphError('SERVICE_UNAVAILABLE', 'The event log does not answer. Try again later.');
  }
}

export const createWebhooks = (deps: WebhooksDependencies): Webhooks => new OwnersWebhooks(deps);
