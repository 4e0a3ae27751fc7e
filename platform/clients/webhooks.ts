import { routed } from '../ids/service-path.ts';
import type { ServiceHttp } from './http/http.ts';

/** Erasure of users' webhooks, on their behalf. Idempotent. */
export interface WebhookEraser {
  /** Nothing is sent to them once it resolves, and nothing is registered for a minute. Rejects with BlobgraphError. */
  eraseUser(userId: string): Promise<void>;
}

export const createWebhookEraser = (http: ServiceHttp): WebhookEraser => ({
  async eraseUser(userId) {
    await http.call('events', {
      method: 'DELETE',
      path: routed`/users/${userId}/webhooks`,
      viewer: { userId, roles: [] },
      repeatable: true,
      timeoutMs: 30_000,
    });
  },
});
