import { setTimeout as pause } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { createGraphClient, type GraphClient } from '../../e2e/harness/client.ts';
import { CORE_QUERY, draftInput } from '../../e2e/harness/operations.ts';
import { CREATE, prose } from '../harness/drafts.ts';

/** The system under attack, and the hostile user's token. */
export interface Target {
  readonly gateway: string;
  readonly token: string;
}

/** Runs until the signal aborts; refused requests are repeated at once. */
export type Attack = (target: Target, signal: AbortSignal) => Promise<void>;

const MEBIBYTE = 1024 * 1024;
const GIANT_TEXT = 7.5 * MEBIBYTE;
const LARGE_BODY = 4.5 * MEBIBYTE;
const PING_PAYLOAD = 8 * MEBIBYTE;
const SOCKETS = 30;
const ALIASES = 50;
const SUBSCRIPTIONS = 200;
/** Pause between requests, so that the client's own event loop turns. */
const BREATH_MS = 5;

let seed = 0;

/** Repeats `work` until the signal aborts. `atOnce`: how many run concurrently. */
async function throttle(
  atOnce: number,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<unknown>,
): Promise<void> {
  const each = async () => {
    while (!signal.aborted) {
      seed += 1;
      await work(signal).catch(() => undefined);
      await pause(BREATH_MS);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, each));
}

const post = async ({ gateway, token }: Target, body: string, signal: AbortSignal) => {
  const answer = await fetch(`${gateway}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body,
    signal,
  });
  await answer.arrayBuffer();
};

/** Huge operation texts, each different, that are nearly all comment. */
const giantTexts: Attack = (target, signal) => {
  const comment = '#'.repeat(GIANT_TEXT);
  return throttle(8, signal, () =>
    post(target, JSON.stringify({ query: `{ me { id } } ${comment}${seed}` }), signal),
  );
};

const withClient = async (
  { gateway, token }: Target,
  work: (client: GraphClient) => Promise<void>,
): Promise<void> => {
  const client = createGraphClient(gateway, token);
  try {
    await work(client);
  } finally {
    await client.close();
  }
};

interface Created {
  readonly createBlob: { readonly blob: { readonly id: string } | null };
}

/** Queries one large body under many aliases. */
const manyAliases: Attack = (target, signal) =>
  withClient(target, async (client) => {
    const draft = draftInput({ content: 'x'.repeat(LARGE_BODY), book: 'large', key: 'large' });
    const made = await client.request<Created>(CREATE, { input: draft });
    const id = made.data?.createBlob.blob?.id ?? '';
    const field = `blob(id: "${id}") { content { ... on UserBlob { body } } }`;
    const selections = Array.from({ length: ALIASES }, (_, index) => `a${index}: ${field}`).join(' ');
    await throttle(6, signal, () =>
      post(target, JSON.stringify({ query: `{ b${seed}: me { id } ${selections} }` }), signal),
    );
  });

/** Connections that send pings and never read the answers, half of them without having authenticated. */
const deafSockets: Attack = async ({ gateway, token }, signal) => {
  const ping = JSON.stringify({ type: 'ping', payload: { text: 'x'.repeat(PING_PAYLOAD - 100) } });
  const hello = JSON.stringify({
    type: 'connection_init',
    payload: { authorization: `Bearer ${token}` },
  });
  const open = async (saysWho: boolean) => {
    const socket = new WebSocket(`${gateway.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    socket.on('error', () => undefined);
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    const end = () => socket.terminate();
    signal.addEventListener('abort', end, { once: true });
    socket.once('open', () => {
      if (saysWho) socket.send(hello);
      socket.pause();
      for (let count = 0; count < 4; count += 1) socket.send(ping);
    });
    await Promise.race([closed, pause(5_000)]);
    socket.terminate();
    signal.removeEventListener('abort', end);
  };
  await throttle(SOCKETS, signal, () => open(seed % 2 === 0));
};

/** Each with a different selection, so that none is shared. */
const subscription = (index: number): string =>
  `subscription { blobChanged { cursor kind blob { a${index}: id title preview processing { state runs { state } }
    content { __typename id ... on UserBlob { body } } } } }`;

const store = (client: GraphClient): Promise<unknown> =>
  client.request(CREATE, { input: draftInput({ content: prose(seed, 12), chapter: (seed % 40) + 1 }) });

const follow = async (client: GraphClient, index: number, signal: AbortSignal): Promise<void> => {
  const changes = client.subscribe(subscription(index));
  signal.addEventListener('abort', () => void changes.return?.(), { once: true });
  for await (const _ of changes) if (signal.aborted) return;
};

const subscriptions: Attack = async (target, signal) => {
  // Operations per connection are limited: several are opened.
  const clients = Array.from({ length: 4 }, () => createGraphClient(target.gateway, target.token));
  const [writer] = clients;
  const each = SUBSCRIPTIONS / clients.length;
  const following = clients.flatMap((client, at) =>
    Array.from({ length: each }, (_, index) =>
      follow(client, at * each + index, signal).catch(() => undefined),
    ),
  );
  if (writer) await throttle(4, signal, () => store(writer));
  await Promise.all(clients.map((client) => client.close()));
  await Promise.all(following);
};

/** Each for a different page, so that none is shared. */
const queries: Attack = (target, signal) =>
  withClient(target, (client) =>
    throttle(50, signal, () => client.request(CORE_QUERY, { first: 51 + (seed % 50) })),
  );

const drafts: Attack = (target, signal) =>
  withClient(target, (client) => throttle(50, signal, () => store(client)));

/** All attacks of a hostile user, which runs one at a time. */
export const attacks = { giantTexts, manyAliases, deafSockets, subscriptions, queries, drafts } as const;
export type AttackName = keyof typeof attacks;
