import { LRUCache } from 'lru-cache';
import { type Dispatcher, request } from 'undici';
import type { Egress } from '../../egress/guarded-agent.ts';
import type { ServiceTokens } from '../../identity/service/service-tokens.ts';
import { placeAt } from './call.ts';
import { openConnections } from './connections.ts';
import { exchangeText } from './exchange.ts';
import { type Outgoing, STREAM_IDLE_MS, type Transport } from './transport.ts';

/** More than there are services and processors. */
const KNOWN_PLACES = 1_000;

const single = (headers: Dispatcher.ResponseData['headers']): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      typeof value === 'string' ? [[name, value] as const] : [],
    ),
  );

/** Sends requests over HTTP, each with a token that says who asks. */
export function createSocketTransport(deps: {
  readonly tokens: Pick<ServiceTokens, 'sign'>;
  readonly egress: Egress;
}): Transport {
  const connections = openConnections(deps.egress);
  const places = new LRUCache<string, ReturnType<typeof placeAt>>({ max: KNOWN_PLACES, memoMethod: placeAt });

  async function headersOf(sent: Omit<Outgoing, 'method' | 'body'>, bound?: string) {
    const { place, route, viewer, headers } = sent;
    const { name: to, baseUrl } = place;
    const token = await deps.tokens.sign({ to, baseUrl, route, viewer, body: bound });
    return { ...headers, authorization: `Bearer ${token}` };
  }

  return {
    async exchange(sent, limits) {
      const { place, method, body } = sent;
      const { origin, prefix } = places.memo(place.baseUrl);
      const headers = await headersOf(sent);
      const path = `${prefix}${sent.path}`;
      return exchangeText(connections.agent(place.registered), {
        origin,
        path,
        method,
        headers,
        body,
        ...limits,
      });
    },
    async stream(sent, signal) {
      const { place, path, method } = sent;
      const { statusCode, headers, body } = await request(`${place.baseUrl}${path}`, {
        method,
        headers: await headersOf(sent, sent.isBound ? String(sent.body) : undefined),
        body: sent.body ?? null,
        dispatcher: connections.streamAgent(place.registered),
        bodyTimeout: STREAM_IDLE_MS,
        signal,
      });
      return { status: statusCode, headers: single(headers), body };
    },
    close: () => connections.close(),
  };
}
