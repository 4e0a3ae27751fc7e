import type { ChangeFeed } from '../../../../platform/changes/feed.ts';
import { BlobgraphError } from '../../../../platform/errors/errors.ts';
import type { TextCipher } from '../../../../platform/sealing/cipher.ts';
import type { Logger } from '../../../../platform/telemetry/logger.ts';
import type { Clock } from '../../../../platform/time/clock.ts';
import { messageOf } from '../record/message.ts';
import { afterFailure, type RetryRules } from '../record/outcome.ts';
import { secretsOf, signedHeaders } from '../record/signing.ts';
import type { LastTry, SetAsideReason, ToldChange, Webhook } from '../record/webhook.ts';
import type { Answered, Post } from '../sending/post.ts';
import type { WebhookStore } from '../store/store.ts';
import { followMissed, toldOf } from './changes.ts';

export interface DrainDependencies {
  readonly store: Pick<WebhookStore, 'begin' | 'delivered' | 'rest' | 'failed'>;
  readonly post: Pick<Post, 'send'>;
  readonly feed: () => Promise<Pick<ChangeFeed, 'subscribe'>>;
  readonly cipher: Pick<TextCipher, 'open'>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly rules: RetryRules;
  /** Milliseconds that a receiver has for its answer. */
  readonly timeoutMs: number;
  /** The worker's own id. */
  readonly worker: string;
  /** Hears of each try. */
  readonly tried?: (outcome: Answered, seconds: number) => void;
}

/** How a webhook's turn has ended. */
export type Drained =
  /** Nothing is left up to the cursor. */
  | { readonly kind: 'done'; readonly cursor: string }
  /** There may be more, at once. */
  | { readonly kind: 'more' }
  /** Nothing is sent until then. */
  | { readonly kind: 'later'; readonly at: Date }
  /** Nothing is sent any more: its owner, or another worker, has it. */
  | { readonly kind: 'over' };

/** Ends a turn early. */
export interface Endings {
  /** After the delivery that is in work. */
  readonly soon: AbortSignal;
  /** In the middle of it. */
  readonly now: AbortSignal;
}

/** Deliveries of one turn, and milliseconds in which they begin: then others have theirs. */
const PER_TURN = 20;
const TURN_MS = 10_000;
/** Time for the store, beside the receiver's. */
const MARGIN_MS = 5_000;
/** Pause before a log or store that does not answer is asked again. */
const AWAY_MS = 2_000;

const MORE: Drained = { kind: 'more' };
const OVER: Drained = { kind: 'over' };

/** One turn of one webhook: sends its missed changes in their order, each once the receiver has taken the one before. */
class Turn {
  readonly #deps: DrainDependencies;
  readonly #endings: Endings;
  #webhook: Webhook;
  /** Up to here all was delivered or filtered out. */
  #reached: string;

  constructor(deps: DrainDependencies, endings: Endings, webhook: Webhook) {
    this.#deps = deps;
    this.#endings = endings;
    this.#webhook = webhook;
    this.#reached = webhook.cursor;
  }

  async run(): Promise<Drained> {
    const { clock, store, logger } = this.#deps;
    const { failing, id } = this.#webhook;
    try {
      if (failing && failing.nextAt > clock.now()) return { kind: 'later', at: failing.nextAt };
      return await this.#follow();
    } catch (error) {
      return this.#endings.now.aborted ? OVER : await this.#brokenOff(error);
    } finally {
      await store.rest(this.#held, this.#reached).catch((error: unknown) => {
        logger.warn(
          { err: error, webhook: id },
          'a webhook’s cursor was not saved; some of it is sent again',
        );
      });
    }
  }

  get #held() {
    const { id, cursor, revision } = this.#webhook;
    return { id, cursor, revision, worker: this.#deps.worker };
  }

  async #follow(): Promise<Drained> {
    const { cipher, clock } = this.#deps;
    const secrets = secretsOf(this.#webhook, cipher, clock.now());
    if (secrets.length === 0) return this.#setAside('SECRET_LOST');
    const feed = await this.#deps.feed();
    const { changes, caughtUp } = followMissed(feed, this.#webhook, this.#endings.now);
    const until = performance.now() + TURN_MS;
    let sent = 0;
    try {
      for await (const change of changes) {
        const told = toldOf(this.#webhook.filter, change);
        if (told) {
          const ended = await this.#deliver(told, secrets);
          sent += 1;
          if (ended) return ended;
        }
        this.#reached = change.cursor;
        if (this.#endings.soon.aborted) return OVER;
        if (sent >= PER_TURN || performance.now() > until) return MORE;
      }
    } finally {
      await changes.return?.();
    }
    const cursor = caughtUp();
    if (cursor === undefined) return MORE;
    this.#reached = cursor;
    return { kind: 'done', cursor };
  }

  /** Sends one change; null where the next may follow. */
  async #deliver(change: ToldChange, secrets: readonly string[]): Promise<Drained | null> {
    const { post, clock, store, tried } = this.#deps;
    const { id, url, revision } = this.#webhook;
    const message = messageOf(id, change);
    const began = performance.now();
    const headers = signedHeaders(message, secrets, clock.now());
    const answer = await post.send({ url, headers, body: message.body, signal: this.#endings.now });
    tried?.(answer, (performance.now() - began) / 1_000);
    const lastTry: LastTry = { at: clock.now(), status: answer.status, error: answer.error };
    if (answer.error !== null) return this.#failed(lastTry, answer);
    const moved = await store.delivered(this.#held, change.cursor, lastTry, busyUntil(this.#deps));
    if (!moved) return MORE;
    this.#webhook = moved;
    this.#reached = moved.cursor;
    return moved.revision === revision && moved.state === 'ACTIVE' ? null : MORE;
  }

  async #failed(lastTry: LastTry, { retryAfterMs }: Answered): Promise<Drained> {
    const { store, rules, logger } = this.#deps;
    const { failing, setAside } = afterFailure(this.#webhook, { ...lastTry, retryAfterMs }, rules);
    const noted = await store.failed(this.#held, { failing, lastTry }, setAside);
    if (!noted) return MORE;
    if (setAside) this.#tell(logger, setAside.reason);
    return failing ? { kind: 'later', at: failing.nextAt } : OVER;
  }

  async #setAside(reason: SetAsideReason): Promise<Drained> {
    const { store, clock, logger } = this.#deps;
    const nothing = { failing: null, lastTry: null };
    const noted = await store.failed(this.#held, nothing, { reason, at: clock.now() });
    if (noted) this.#tell(logger, reason);
    return noted ? OVER : MORE;
  }

  #tell(logger: Logger, reason: SetAsideReason): void {
    logger.info({ webhook: this.#webhook.id, reason }, 'a webhook was set aside; its owner may resume it');
  }

  /** Its changes could not be followed further. */
  async #brokenOff(error: unknown): Promise<Drained> {
    const code = error instanceof BlobgraphError ? error.code : undefined;
    if (code === 'CURSOR_EXPIRED' || code === 'CURSOR_INVALID') return this.#setAside('CURSOR_EXPIRED');
    if (code === 'SLOW_CONSUMER') return MORE;
    this.#deps.logger.warn(
      { err: error, webhook: this.#webhook.id },
      'delivering to a webhook broke off; trying again',
    );
    return { kind: 'later', at: new Date(this.#deps.clock.now().getTime() + AWAY_MS) };
  }
}

const busyUntil = ({ clock, timeoutMs }: DrainDependencies): Date =>
  new Date(clock.now().getTime() + timeoutMs + MARGIN_MS);

/** One turn of a webhook that this worker has. @throws when the store does not answer */
export async function drain(deps: DrainDependencies, id: string, endings: Endings): Promise<Drained> {
  const webhook = await deps.store.begin(id, deps.worker, busyUntil(deps));
  return webhook ? new Turn(deps, endings, webhook).run() : OVER;
}
