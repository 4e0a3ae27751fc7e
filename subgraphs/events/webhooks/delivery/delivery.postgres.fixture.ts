import { onTestFinished } from 'vitest';
import { type ChangeFeed, openChangeFeed } from '../../../../platform/changes/feed.ts';
import { encodeCursor } from '../../../../platform/events/cursor.ts';
import { createTextCipher } from '../../../../platform/sealing/cipher.ts';
import { createLogger } from '../../../../platform/telemetry/logger.ts';
import { blobMessage } from '../../../../platform/testing/events.ts';
import { memoryLog } from '../../../../platform/testing/memory-log.ts';
import { openTemporaryPglite } from '../../../../platform/testing/pglite.ts';
import { newSecret } from '../record/signing.ts';
import { everything, sealedFor, type Webhook } from '../record/webhook.ts';
import type { Answered, Letter } from '../sending/post.ts';
import { createPostgresWebhookStore } from '../store/store.postgres.ts';
import type { NewWebhook } from '../store/store.ts';
import { createDeliverer, type DelivererDependencies } from './deliverer.ts';

export const TAKEN: Answered = { status: 204, error: null, retryAfterMs: null };
export const answering = (status: number | null, retryAfterMs: number | null = null): Answered => ({
  ...{ status, error: `answered ${status}`, retryAfterMs },
});

/** Something that was sent. */
export interface Sent {
  readonly url: string;
  readonly id: string;
  readonly blobId: string;
  readonly kind: string;
  readonly cursor: string;
  readonly signature: string;
}

const sentOf = ({ url, headers, body }: Letter): Sent => {
  const { data } = JSON.parse(body) as { data: { blob_id: string; kind: string; cursor: string } };
  return {
    ...{ url, blobId: data.blob_id, kind: data.kind, cursor: data.cursor },
    id: String(headers['webhook-id']),
    signature: String(headers['webhook-signature']),
  };
};

/** A store, a log with its feed, and receivers whose answers a test gives. */
export async function deliveries() {
  const server = await openTemporaryPglite();
  const store = createPostgresWebhookStore(await server.database('events'));
  await store.prepare();
  const log = memoryLog();
  const logger = createLogger('silent');
  let opened: ChangeFeed | undefined;
  /** Opened once something is delivered: it remembers what it has read. */
  const feed = async () => {
    opened ??= openChangeFeed({ log, logger });
    return opened;
  };
  const cipher = createTextCipher(Buffer.alloc(32, 1));
  let now = new Date('2026-01-31T12:00:00.000Z').getTime();
  const clock = { now: () => new Date(now) };
  const sent: Sent[] = [];
  const stops: (() => Promise<void>)[] = [];
  const behaviour: { answer: (sent: Sent, signal: AbortSignal) => Promise<Answered> | Answered } = {
    answer: () => TAKEN,
  };
  let names = 0;
  onTestFinished(async () => {
    await Promise.all(stops.map((stop) => stop()));
    await opened?.close();
    await server.close();
  });

  async function register(more: Partial<NewWebhook> = {}): Promise<Webhook & { key: string }> {
    const id = `hook-${++names}`;
    const key = newSecret();
    const registered = await store.register(
      {
        ...{ id, userId: 'alice', url: `https://${id}.example/`, description: null, filter: everything },
        secret: cipher.seal(sealedFor(id), key),
        cursor: encodeCursor(await log.head()),
        createdAt: clock.now(),
        ...more,
      },
      100,
    );
    if (typeof registered === 'string') throw new Error(registered);
    return { ...registered, key };
  }

  function deliverer(more: Partial<DelivererDependencies> = {}) {
    const made = createDeliverer({
      ...{ store, cipher, clock, logger, timeoutMs: 10_000 },
      feed,
      post: {
        async send(letter) {
          const one = sentOf(letter);
          sent.push(one);
          return behaviour.answer(one, letter.signal);
        },
      },
      rules: { baseMs: 1_000, maxMs: 60_000, giveUpMs: 600_000 },
      worker: `worker-${++names}`,
      everyMs: 20,
      ...more,
    });
    stops.push(() => made.stop());
    made.start();
    return made;
  }

  return {
    ...{ store, log, clock, cipher, sent, behaviour, register, deliverer },
    /** Lets time go by. */
    pass(ms: number): void {
      now += ms;
    },
    async publish(...ids: string[]): Promise<void> {
      for (const id of ids) await log.publish(blobMessage(id, 1));
    },
    blobIds: () => sent.map(({ blobId }) => blobId),
    find: async ({ userId, id }: Webhook) => {
      const found = (await store.list(userId)).find((each) => each.id === id);
      if (!found) throw new Error(`${id} is not there`);
      return found;
    },
  };
}
