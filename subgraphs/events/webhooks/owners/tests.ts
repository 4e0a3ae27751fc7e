import { BlobgraphError } from '../../../../platform/errors/errors.ts';
import type { IdSource } from '../../../../platform/ids/ids.ts';
import { secondsUntilNext } from '../../../../platform/rates/fields.ts';
import type { RateLimiter } from '../../../../platform/rates/rate.ts';
import type { TextCipher } from '../../../../platform/sealing/cipher.ts';
import type { Logger } from '../../../../platform/telemetry/logger.ts';
import type { Clock } from '../../../../platform/time/clock.ts';
import { type Deliverer, TURN_WITHIN_MS } from '../delivery/deliverer.ts';
import { testMessageOf } from '../record/message.ts';
import { secretsOf, signedHeaders } from '../record/signing.ts';
import type { Webhook } from '../record/webhook.ts';
import type { Answered, Post } from '../sending/post.ts';
import type { WebhookStore } from '../store/store.ts';

/** Tests of one user. */
export const TESTS = { name: 'webhook-tests', quota: 10, windowMs: 60_000 } as const;

export interface TestDependencies {
  readonly store: Pick<WebhookStore, 'beginTest' | 'endTest'>;
  readonly deliverer: Pick<Deliverer, 'inTurn'>;
  readonly post: Pick<Post, 'send'>;
  readonly cipher: Pick<TextCipher, 'open'>;
  /** By user. */
  readonly limiter: RateLimiter;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly logger: Logger;
  /** Milliseconds that a receiver has for its answer. */
  readonly timeoutMs: number;
}

/** The outcome of a test. */
export interface Tested extends Pick<Answered, 'status' | 'error'> {
  /** Null where nothing was sent. */
  readonly messageId: string | null;
}

/** A turn waits for its user, its host and a place. */
const WAITS = 3;
/** Milliseconds that the store may take beside the receiver. */
const MARGIN_MS = 5_000;

const LOST: Tested = {
  messageId: null,
  status: null,
  error: 'Its secret cannot be read any more: the key of this installation was replaced. Rotate the secret.',
};

const underWay = () =>
  new BlobgraphError('RATE_LIMITED', 'A test of this webhook is under way. Wait for its answer.', {
    field: 'id',
  });

/** Counts a test. @throws BlobgraphError RATE_LIMITED */
async function count({ limiter }: TestDependencies, userId: string): Promise<void> {
  const taken = await limiter.take(userId);
  if (taken.isAllowed) return;
  const when = `Try again in ${secondsUntilNext(taken)} s.`;
  throw new BlobgraphError(
    'RATE_LIMITED',
    `A user may test webhooks ${limiter.rate.quota} times a minute. ${when}`,
  );
}

async function send(deps: TestDependencies, webhook: Webhook): Promise<Tested> {
  const { cipher, clock, deliverer, ids, post } = deps;
  const secrets = secretsOf(webhook, cipher, clock.now());
  if (secrets.length === 0) return LOST;
  const { id, body } = testMessageOf(webhook.id, ids.next(), clock.now());
  const { signal } = new AbortController();
  const { status, error } = await deliverer.inTurn(webhook, () => {
    const headers = signedHeaders({ id, body }, secrets, clock.now());
    return post.send({ url: webhook.url, headers, body, signal });
  });
  return { messageId: id, status, error };
}

/**
 * Sends a test to a webhook of the user's; null where there is none.
 * @throws BlobgraphError RATE_LIMITED, OVERLOADED
 */
export async function sendTest(deps: TestDependencies, userId: string, id: string): Promise<Tested | null> {
  const { store, clock, logger, timeoutMs } = deps;
  const now = clock.now();
  const until = new Date(now.getTime() + WAITS * TURN_WITHIN_MS + timeoutMs + MARGIN_MS);
  const webhook = await store.beginTest(userId, id, now, until);
  if (webhook === 'busy') throw underWay();
  if (!webhook) return null;
  try {
    await count(deps, userId);
    return await send(deps, webhook);
  } finally {
    await store.endTest(id).catch((error: unknown) => {
      logger.warn(
        { err: error, webhook: id },
        'the end of a webhook’s test was not noted; it counts as over soon',
      );
    });
  }
}
