import { request } from 'undici';
import { type Egress, guardedAgent } from '../../../platform/egress/guarded-agent.ts';
import type { Probe } from './health.ts';

const MAX_BODY_BYTES = 64 * 1024;
const CONNECT_TIMEOUT_MS = 2_000;

/**
 * A probe is healthy when the answer is 2xx. Requests carry no identity, as anything may listen at the address. They go
 * only where `egress` allows, and follow no redirect. `close` aborts open requests.
 */
export function openHttpProbe(egress: Egress): { readonly probe: Probe; close(): Promise<void> } {
  const dispatcher = guardedAgent(egress, { connectTimeout: CONNECT_TIMEOUT_MS });
  return {
    async probe(url, signal) {
      try {
        const { statusCode, body } = await request(url, { signal, dispatcher });
        await body.dump({ limit: MAX_BODY_BYTES, signal });
        return statusCode >= 200 && statusCode < 300;
      } catch {
        return false;
      }
    },
    close: () => dispatcher.destroy(),
  };
}
