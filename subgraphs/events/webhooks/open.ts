import type { ServiceRuntime } from '../../../platform/runtime/runtime.ts';
import { createTextCipher, sealingKey } from '../../../platform/sealing/cipher.ts';
import { createDeliverer } from './delivery/deliverer.ts';
import { measureDeliverer, measureTries } from './delivery/metrics.ts';
import { TESTS } from './owners/tests.ts';
import { createWebhooks, type Webhooks } from './owners/webhooks.ts';
import { lookupBy, resolving } from './sending/lookups.ts';
import { openPost } from './sending/post.ts';
import { receiversOf, unreachable } from './sending/receivers.ts';
import type { WebhookStore } from './store/store.ts';

/** Webhooks with their deliveries. */
export interface OpenedWebhooks {
  readonly webhooks: Webhooks;
  /** @throws when the store does not answer */
  ping(): Promise<void>;
  /** Begins to deliver. */
  start(): void;
  /** Ends what is in work. */
  stop(): Promise<void>;
}

export type WebhooksRuntime = Pick<
  ServiceRuntime,
  'config' | 'keys' | 'metrics' | 'clock' | 'ids' | 'logger' | 'changeFeed' | 'limiter'
>;

const LONGEST_PAUSE_MS = 3_600_000;

/** Prepares their store; nothing is delivered before `start`. */
export async function openWebhooks(runtime: WebhooksRuntime, store: WebhookStore): Promise<OpenedWebhooks> {
  const { config, metrics, clock, ids, logger, changeFeed: feed } = runtime;
  const { perUser, timeoutMs, firstPauseMs, giveUpMs, hosts } = config.webhooks;
  const resolve = resolving(hosts);
  await store.prepare();
  const cipher = createTextCipher(await sealingKey(runtime));
  const egress = receiversOf({ production: config.production, hosts });
  const post = openPost({ egress, timeoutMs, lookup: lookupBy(resolve) });
  const deliverer = createDeliverer({
    ...{ store, post, feed, cipher, clock, logger, timeoutMs },
    rules: { baseMs: firstPauseMs, maxMs: LONGEST_PAUSE_MS, giveUpMs },
    worker: ids.next(),
    tried: measureTries(metrics),
  });
  measureDeliverer(metrics, deliverer, store);
  const webhooks = createWebhooks({
    ...{ store, deliverer, post, cipher, feed, clock, ids, logger, timeoutMs },
    limiter: await runtime.limiter(TESTS),
    unreachable: (url) => unreachable(url, egress, resolve),
    most: perUser,
  });
  return {
    webhooks,
    ping: () => store.ping(),
    start: () => deliverer.start(),
    async stop() {
      await deliverer.stop();
      await post.close();
    },
  };
}
