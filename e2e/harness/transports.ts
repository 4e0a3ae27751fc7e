import { createClient as createSseClient } from 'graphql-sse';
import { type Client, createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { openEvents } from '../../gateway/testing/events.ts';
import { SUBSCRIPTION } from './changes.ts';

/** A change as every transport tells it. */
export interface Told {
  readonly cursor: string;
  /** Of a run, its state. */
  readonly kind: string;
  /** Empty where a book itself changed. */
  readonly blobId: string;
  readonly version: number;
  /** Whether its blob came with it; `partly` where an error says what did not. */
  readonly blob: 'whole' | 'partly' | 'none';
}

/** Changes that are followed. */
export interface Followed {
  /** So far. */
  readonly told: readonly Told[];
  /** Why it ended: a code of the error table; `came back` where a client of the protocol would do so by itself. */
  readonly ended: Promise<string>;
  close(): void;
}

/** The stream to follow: blobs, one book by its id, or runs. */
export type Stream = 'blobs' | 'processing' | { readonly book: string };

export interface Following {
  readonly gateway: string;
  /** Default: blobs. */
  readonly of?: Stream;
  readonly token: string;
  readonly after?: string;
  /** The last cursor that was told, by which it resumes instead of `after`. */
  readonly last?: string | undefined;
}

export type Transport = (following: Following) => Followed;

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

/** How much of a blob came. */
export const partOf = (blob: unknown, isPartial: boolean): Told['blob'] => {
  if (isPartial) return 'partly';
  return blob ? 'whole' : 'none';
};

const selected = (field: string, kind: string) =>
  `{ told: ${field} { cursor ${kind} blobId version blob { id version processorId } } }`;
const BOOK = `subscription ($id: ID!, $after: String) ${selected('bookChanged(bookId: $id, after: $after)', 'kind')}`;
const RUNS = `subscription ($after: String) ${selected('processingChanged(after: $after)', 'kind: state')}`;

/** The operation that follows a stream. */
function operationOf(of: Stream, after: string | undefined) {
  if (of === 'blobs') return { query: SUBSCRIPTION, variables: { after } };
  if (of === 'processing') return { query: RUNS, variables: { after } };
  return { query: BOOK, variables: { after, id: of.book } };
}

type SelectedChange = Omit<Told, 'blob' | 'blobId'> & {
  readonly blobId: string | null;
  readonly blob: object | null;
};

/** A client of graphql-ws or graphql-sse, which does not come back. */
function byClient(client: Pick<Client, 'subscribe' | 'dispose'>, of: Stream, after?: string): Followed {
  const told: Told[] = [];
  let last: string | undefined;
  const ended = new Promise<string>((resolve) => {
    client.subscribe<Record<string, SelectedChange>>(operationOf(of, after), {
      next({ data, errors = [] }) {
        const code = (errors as unknown as Errors)[0]?.extensions.code;
        const [change] = Object.values(data ?? {});
        if (!change) {
          last = code;
          return;
        }
        const { cursor, kind, blobId, version, blob } = change;
        told.push({ cursor, kind, blobId: blobId ?? '', version, blob: partOf(blob, code !== undefined) });
      },
      error: (error) => resolve(last ?? codeOf(error)),
      complete: () => resolve(last ?? 'complete'),
    });
  });
  return { told, ended, close: () => void client.dispose() };
}

const graphqlWs: Transport = ({ gateway, token, of = 'blobs', after, last = after }) =>
  byClient(
    createClient({
      url: `${gateway.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: { authorization: `Bearer ${token}` },
      retryAttempts: 0,
    }),
    of,
    last,
  );

const graphqlSse: Transport = ({ gateway, token, of = 'blobs', after, last = after }) =>
  byClient(
    createSseClient({
      url: `${gateway}/graphql`,
      headers: { authorization: `Bearer ${token}` },
      retryAttempts: 0,
    }) as Pick<Client, 'subscribe' | 'dispose'>,
    of,
    last,
  );

interface RestChange {
  readonly cursor: string;
  readonly kind?: string;
  readonly state?: string;
  readonly blob_id: string | null;
  readonly version: number;
  readonly blob: object | null;
  readonly unavailable?: readonly object[];
}

const fromRest = ({
  cursor,
  kind,
  state,
  blob_id: blobId,
  version,
  blob,
  unavailable,
}: RestChange): Told => ({
  cursor,
  kind: kind ?? String(state),
  blobId: blobId ?? '',
  version,
  blob: partOf(blob, unavailable !== undefined),
});

/** The gateway's own end of a stream is one to come back after. */
const endOf = ({ code }: { code: string }): string => (code === 'SERVICE_UNAVAILABLE' ? 'came back' : code);

const searchOf = (after: string | undefined) => (after === undefined ? '' : `after=${after}`);

function pathOf(of: Stream): string {
  if (of === 'blobs') return '/api/v1/events';
  return of === 'processing' ? '/api/v1/processing/events' : `/api/v1/books/${of.book}/events`;
}

const restEvents: Transport = ({ gateway, token, of = 'blobs', after, last }) => {
  const told: Told[] = [];
  let close = () => {};
  const closed = new Promise<void>((resolve) => {
    close = resolve;
  });
  const ended = (async () => {
    const resumed = last === undefined ? {} : { 'last-event-id': last };
    const headers = { authorization: `Bearer ${token}`, ...resumed };
    const answer = await openEvents(`${gateway}${pathOf(of)}?${searchOf(after)}`, { headers });
    void closed.then(answer.close);
    if (answer.status !== 200) return (JSON.parse(await answer.text()) as { code: string }).code;
    for (let event = await answer.next(); event; event = await answer.next()) {
      if (event.event === 'end') return endOf(JSON.parse(event.data));
      const change = JSON.parse(event.data) as RestChange;
      if (event.id !== change.cursor) throw new Error('The id is not the cursor');
      told.push(fromRest(change));
    }
    return 'cut';
  })().catch(() => 'cut');
  return { told, ended, close };
};

function streamOf(of: Stream): string {
  if (of === 'blobs') return '';
  return of === 'processing' ? 'of=processing&' : `of=book&book_id=${of.book}&`;
}

const restSocket: Transport = ({ gateway, token, of = 'blobs', after, last = after }) => {
  const told: Told[] = [];
  const socket = new WebSocket(`${gateway.replace('http', 'ws')}/api/v1/ws?${streamOf(of)}${searchOf(last)}`);
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
