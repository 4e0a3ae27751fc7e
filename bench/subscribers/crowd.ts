import { once } from 'node:events';
import pMap from 'p-map';
import { WebSocket } from 'ws';
import { developmentKeys } from '../../platform/identity/keys/development-keys.ts';
import { signDevelopmentToken } from '../../platform/identity/users/user-tokens.ts';
import { systemClock } from '../../platform/time/clock.ts';

/**
 * Subscribers of a benchmark, in a process of their own. Forked, it answers each {@link CrowdRequest} of its parent, one at
 * a time.
 */

/** Connections that are opened. */
export interface Opening {
  readonly do: 'open';
  /** Of the WebSocket. */
  readonly url: string;
  /** Whose each is; a user may have several. */
  readonly users: readonly string[];
  /** Subscribed to on each; none where the server speaks no protocol. */
  readonly query?: string;
  readonly variables?: Readonly<Record<string, unknown>>;
  /** The folder with the key that signs tokens; none where the server asks for none. */
  readonly keys?: string;
}

export type CrowdRequest =
  | Opening
  /** Subscribes and unsubscribes on open connections, `times` in all. */
  | { readonly do: 'churn'; readonly times: number; readonly query: string }
  /** Reads no more from the connections of these users. */
  | { readonly do: 'pause'; readonly users: readonly string[] }
  /** Tells what was heard since it was last asked. */
  | { readonly do: 'tell' }
  | { readonly do: 'close' };

/** A change that a connection was told. */
export interface Heard {
  readonly blobId: string;
  readonly cursor: string;
  /** Milliseconds since the epoch, with fractions. */
  readonly at: number;
}

export interface CrowdAnswer {
  readonly heard?: readonly Heard[];
  /** Connections that are open. */
  readonly open: number;
  /** Errors and closes since the start; the first of them in words. */
  readonly lost: number;
  readonly why: string | undefined;
  /** When the last subscription was sent. */
  readonly subscribedAt: number;
}

/** Connections that are opened, or subscribe and leave, at once. */
const AT_ONCE = 50;
const BLOB = /"blobId":"([^"]*)"/;
const CURSOR = /"cursor":"([^"]*)"/;

const now = (): number => performance.timeOrigin + performance.now();

class Client {
  readonly user: string;
  readonly #socket: WebSocket;
  readonly #waiting = new Map<string, (message: string) => void>();

  constructor(url: string, protocol: string | undefined, user: string) {
    this.user = user;
    const options = { perMessageDeflate: false, skipUTF8Validation: true };
    this.#socket = protocol ? new WebSocket(url, protocol, options) : new WebSocket(url, options);
    this.#socket.on('message', (data) => this.#receive(String(data)));
    this.#socket.on('error', (error) => lose(`${user}: ${error.message} as one of ${clients.size}`));
    this.#socket.on('close', (code, reason) => {
      clients.delete(this);
      if (!isClosing) lose(`${this.user}: ${code} ${reason} as one of ${clients.size}`);
    });
  }

  opened(): Promise<void> {
    return new Promise((resolve) => this.#socket.once('open', resolve));
  }

  async logIn(token: string | undefined): Promise<void> {
    const acknowledged = this.until('connection_ack');
    this.send({
      type: 'connection_init',
      payload: token === undefined ? {} : { authorization: `Bearer ${token}` },
    });
    await acknowledged;
  }

  subscribe(id: string, query: string, variables: object = {}): void {
    subscribedAt = now();
    this.send({ id, type: 'subscribe', payload: { query, variables } });
  }

  /** Resolves with the next message of a type. */
  until(type: string): Promise<string> {
    return new Promise((resolve) => this.#waiting.set(type, resolve));
  }

  /** Resolves once the server has answered something that was sent after all else. */
  async settled(): Promise<void> {
    const answered = this.until('complete');
    this.subscribe('settled', '{ __typename }');
    await answered;
  }

  send(message: object): void {
    this.#socket.send(JSON.stringify(message));
  }

  pause(): void {
    this.#socket.pause();
  }

  async close(): Promise<void> {
    const closed = once(this.#socket, 'close');
    this.#socket.terminate();
    await closed;
  }

  #receive(text: string): void {
    const at = now();
    const type = /"type":"(\w+)"/.exec(text)?.[1] ?? '';
    if (type === 'next' && !text.includes('"__typename"')) {
      const blobId = BLOB.exec(text)?.[1];
      if (blobId === undefined) lose(text);
      else heard.push({ blobId, cursor: CURSOR.exec(text)?.[1] ?? '', at });
    } else if (type === 'error') lose(text);
    const waiting = this.#waiting.get(type);
    this.#waiting.delete(type);
    waiting?.(text);
  }
}

const clients = new Set<Client>();
let heard: Heard[] = [];
let lost = 0;
let why: string | undefined;
let isClosing = false;
let subscribedAt = 0;

let stop = () => {};
/** Ends waiting for subscribers that are lost: it would last for ever. */
const stopped = new Promise<void>((resolve) => {
  stop = resolve;
});

function lose(reason: string): void {
  lost += 1;
  why ??= reason.slice(0, 500);
  stop();
}

async function open({ url, users, query, variables, keys }: Opening): Promise<void> {
  const key = keys === undefined ? undefined : await developmentKeys(keys).userKey();
  const protocol = query === undefined ? undefined : 'graphql-transport-ws';
  const connect = async (user: string) => {
    const token =
      key && (await signDevelopmentToken({ key, viewer: { userId: user, roles: [] }, clock: systemClock }));
    const client = new Client(url, protocol, user);
    clients.add(client);
    await client.opened();
    if (query === undefined) return;
    await client.logIn(token);
    client.subscribe('1', query, variables);
    await client.settled();
  };
  await pMap(users, connect, { concurrency: AT_ONCE });
}

async function churn(times: number, query: string): Promise<void> {
  const each = Math.ceil(times / clients.size);
  const come = async (client: Client) => {
    for (let count = 0; count < each; count += 1) {
      const id = `churn-${count}`;
      client.subscribe(id, query);
      await client.settled();
      client.send({ id, type: 'complete' });
    }
    await client.settled();
  };
  await pMap([...clients], come, { concurrency: AT_ONCE });
}

async function closeAll(): Promise<void> {
  isClosing = true;
  await Promise.all([...clients].map((client) => client.close()));
  isClosing = false;
}

async function handle(request: CrowdRequest): Promise<void> {
  if (request.do === 'open') await open(request);
  if (request.do === 'churn') await churn(request.times, request.query);
  if (request.do === 'pause')
    for (const client of clients) if (request.users.includes(client.user)) client.pause();
  if (request.do === 'close') await closeAll();
}

function answer(request: CrowdRequest): CrowdAnswer {
  const told = heard;
  if (request.do === 'tell') heard = [];
  return { open: clients.size, lost, why, subscribedAt, ...(request.do === 'tell' && { heard: told }) };
}

process.on('message', async (request: CrowdRequest) => {
  await Promise.race([handle(request), stopped]);
  process.send?.(answer(request));
});
process.on('disconnect', () => process.exit());
process.send?.({});
