import { type Dispatcher, request } from 'undici';
import { type Egress, guardedAgent } from '../../../platform/egress/guarded-agent.ts';
import { bodyWithin } from '../../../platform/text/body.ts';
import { type Answer, readHealth, readReadiness, unanswered } from './answers.ts';
import type { Finding } from './decide.ts';
import type { Probe, Subject } from './health.ts';

/** More than this is no answer to such a question. */
const MAX_BODY_BYTES = 64 * 1024;
const CONNECT_TIMEOUT_MS = 2_000;
const READY = '/ready';

async function ask(url: string, signal: AbortSignal, dispatcher: Dispatcher): Promise<Answer> {
  const begun = performance.now();
  const { statusCode, body } = await request(url, { signal, dispatcher });
  // Errors of a body that is given up must be heard.
  body.on('error', () => undefined);
  const bytes = await bodyWithin(body, MAX_BODY_BYTES);
  const latencyMs = Math.round(performance.now() - begun);
  return { status: statusCode, text: bytes?.toString('utf8') ?? null, latencyMs };
}

/**
 * Asks for a processor's health, and beside it whether it is ready. Requests carry no identity, as anything may listen at
 * the address. They go only where `egress` allows, and follow no redirect. `close` aborts open requests.
 */
export function openHttpProbe(egress: Egress): { readonly probe: Probe; close(): Promise<void> } {
  const dispatcher = guardedAgent(egress, { connectTimeout: CONNECT_TIMEOUT_MS });
  /** It never rejects: where its health is told first, nobody waits for it. */
  const readiness = async ({ base_url, health_endpoint }: Subject, signal: AbortSignal) => {
    if (health_endpoint === READY) return null;
    try {
      return readReadiness(await ask(`${base_url}${READY}`, signal, dispatcher));
    } catch {
      return 'It does not answer whether it is ready.';
    }
  };
  return {
    async probe(subject, signal): Promise<Finding> {
      const ready = readiness(subject, signal);
      try {
        const answer = await ask(`${subject.base_url}${subject.health_endpoint}`, signal, dispatcher);
        const found = readHealth(answer, subject.id);
        const lacking = found.status === 'up' ? await ready : null;
        return lacking === null ? found : { ...found, status: 'degraded', reason: lacking };
      } catch (error) {
        return unanswered(error, signal);
      }
    },
    close: () => dispatcher.destroy(),
  };
}
