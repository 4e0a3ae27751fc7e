import { createClient as createSseClient } from 'graphql-sse';
import { type Client, createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { openEvents } from '../../gateway/testing/events.ts';

/** A change as every transport tells it. */
export interface Told {
  readonly cursor: string;
  readonly blobId: string;
  readonly version: number;
}

/** Changes that are followed. */
export interface Followed {
  /** So far. */
  readonly told: readonly Told[];
  /** Why it ended: a code of the error table; `came back` where a client of the protocol would do so by itself. */
  readonly ended: Promise<string>;
  close(): void;
}

export interface Following {
  readonly gateway: string;
  readonly token: string;
  readonly after?: string;
}

export type Transport = (following: Following) => Followed;

const CHANGES = 'subscription ($after: String) { blobChanged(after: $after) { cursor blobId version } }';

type Errors = readonly { readonly extensions: { readonly code: string } }[];

/** Reasons by the code that a WebSocket is closed with. */
const CLOSED: Readonly<Record<number, string>> = {
  1012: 'came back',
  1013: 'RATE_LIMITED',
  4401: 'UNAUTHENTICATED',
  4403: 'UNAUTHENTICATED',
};

function codeOf(error: unknown): string {
  const [first] = Array.isArray(error) ? (error as unknown as Errors) : [];
  if (first) return first.extensions.code;
  const { code, response } = error as { code?: number; response?: Response };
  if (code !== undefined) return CLOSED[code] ?? String(code);
  if (response?.status === 429) return 'RATE_LIMITED';
  return response?.status === 401 ? 'UNAUTHENTICATED' : 'came back';
}

/** A client of graphql-ws or graphql-sse, which does not come back. */
function byClient(client: Pick<Client, 'subscribe' | 'dispose'>, after: string | undefined): Followed {
  const told: Told[] = [];
  let last: string | undefined;
  const ended = new Promise<string>((resolve) => {
    client.subscribe<{ blobChanged: Told }>(
      { query: CHANGES, variables: { after } },
      {
        next({ data, errors = [] }) {
          if (data) told.push(data.blobChanged);
          last = (errors as unknown as Errors)[0]?.extensions.code ?? last;
        },
        error: (error) => resolve(last ?? codeOf(error)),
        complete: () => resolve(last ?? 'complete'),
      },
    );
  });
  return { told, ended, close: () => void client.dispose() };
}

const graphqlWs: Transport = ({ gateway, token, after }) =>
  byClient(
    createClient({
      url: `${gateway.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: { authorization: `Bearer ${token}` },
      retryAttempts: 0,
    }),
    after,
  );

const graphqlSse: Transport = ({ gateway, token, after }) =>
  byClient(
    createSseClient({
      url: `${gateway}/graphql`,
      headers: { authorization: `Bearer ${token}` },
      retryAttempts: 0,
    }) as Pick<Client, 'subscribe' | 'dispose'>,
    after,
  );

interface RestChange {
  readonly cursor: string;
  readonly blob_id: string;
  readonly version: number;
}

const fromRest = ({ cursor, blob_id: blobId, version }: RestChange): Told => ({ cursor, blobId, version });

/** The gateway's own end of a stream is one to come back after. */
const endOf = ({ code }: { code: string }): string => (code === 'SERVICE_UNAVAILABLE' ? 'came back' : code);

const searchOf = (after: string | undefined) => (after === undefined ? '' : `?after=${after}`);

const restEvents: Transport = ({ gateway, token, after }) => {
  const told: Told[] = [];
  let close = () => {};
  const ended = (async () => {
    const headers = { authorization: `Bearer ${token}` };
    const answer = await openEvents(`${gateway}/api/v1/events${searchOf(after)}`, { headers });
    close = answer.close;
    if (answer.status !== 200) return (JSON.parse(await answer.text()) as { code: string }).code;
    for (let event = await answer.next(); event; event = await answer.next()) {
      if (event.event === 'end') return endOf(JSON.parse(event.data));
      const change = JSON.parse(event.data) as RestChange;
      if (event.id !== change.cursor) throw new Error('The id is not the cursor');
      told.push(fromRest(change));
    }
    return 'cut';
  })().catch(() => 'cut');
  return { told, ended, close: () => close() };
};

const restSocket: Transport = ({ gateway, token, after }) => {
  const told: Told[] = [];
  const socket = new WebSocket(`${gateway.replace('http', 'ws')}/api/v1/ws${searchOf(after)}`);
  socket.once('open', () => socket.send(JSON.stringify({ authorization: `Bearer ${token}` })));
  let end: string | undefined;
  socket.on('message', (data) => {
    const { type, change, problem } = JSON.parse(String(data));
    if (type === 'change') told.push(fromRest(change));
    if (type === 'end') end = endOf(problem);
  });
  socket.on('error', () => {});
  const ended = new Promise<string>((resolve) => {
    socket.once('close', (code) => resolve(end ?? String(code)));
  });
  return { told, ended, close: () => socket.close() };
};

export const transports: readonly (readonly [string, Transport])[] = [
  ['GraphQL over WebSocket', graphqlWs],
  ['GraphQL as server-sent events', graphqlSse],
  ['REST as server-sent events', restEvents],
  ['REST over WebSocket', restSocket],
];
