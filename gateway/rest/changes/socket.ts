import { parse } from 'node:querystring';
import { BlobgraphError, statusOf } from '../../../platform/errors/errors.ts';
import { parseJson } from '../../../platform/json/exact.ts';
import { assertParsable } from '../../../platform/json/extent.ts';
import { isObject } from '../../../platform/json/is-object.ts';
import { tooManyConnections } from '../../../platform/serving/connections/admission.ts';
import { searchOf } from '../../../platform/serving/doors/methods.ts';
import {
  isResumable,
  Pouring,
  type Receiver,
  ServiceStops,
} from '../../../platform/serving/event-stream/pour.ts';
import { type OpenSession, renewable } from '../../../platform/serving/sessions/open-session.ts';
import { SERVICE_RESTART, TRY_AGAIN_LATER } from '../../../platform/serving/websocket/connection.ts';
import { type Credentials, credentialsOf } from '../../../platform/serving/websocket/credentials.ts';
import type { Endpoint, Opened } from '../../../platform/serving/websocket/door.ts';
import { Renewals } from '../../../platform/serving/websocket/renewals.ts';
import { type Trace, traceFrom, withTrace } from '../../../platform/telemetry/trace.ts';
import type { Clock } from '../../../platform/time/clock.ts';
import type { Callers } from '../../admission/callers.ts';
import type { Told } from '../../subscriptions/followed.ts';
import type { Streaming } from '../../subscriptions/streaming.ts';
import type { AskedBy } from '../answering/answer.ts';
import type { OpenRoute } from '../answering/open-route.ts';
import { changeOf, checkedChanges, type End, endOf } from './following.ts';

/** Where changes are told by WebSocket. */
export const CHANGES_SOCKET = '/api/v1/ws';

export interface ChangesSocket extends Pick<Streaming, 'follow' | 'sessions' | 'logger'> {
  readonly callers: Pick<Callers, 'ofConnection' | 'count'>;
  readonly clock: Clock;
  /** Milliseconds within which a connection has to authenticate. Default: 3,000. */
  readonly loginMs?: number;
}

const BAD_REQUEST = 4400;
const UNAUTHENTICATED = 4401;
const FORBIDDEN = 4403;
const CURSOR_EXPIRED = 4410;
const FAULT = 1011;

/** Statuses of what may go well later. */
const LATER: ReadonlySet<number> = new Set([429, 503, 504]);

/** The code that a connection is closed with for a reason, of which `end` tells its client. */
export function closeCodeOf(reason: unknown, { code, status }: End): number {
  if (reason instanceof ServiceStops) return SERVICE_RESTART;
  if (code === 'CURSOR_EXPIRED') return CURSOR_EXPIRED;
  if (status === statusOf('UNAUTHENTICATED')) return UNAUTHENTICATED;
  if (status === statusOf('FORBIDDEN')) return FORBIDDEN;
  if (isResumable(reason) || LATER.has(status)) return TRY_AGAIN_LATER;
  return status < 500 ? BAD_REQUEST : FAULT;
}

const badMessage = () =>
  new BlobgraphError(
    'BAD_REQUEST',
    'Send `{ "authorization": "Bearer …" }` first, unless the handshake has that header, and then nothing but `{ "type": "ping" }`.',
  );

const tooLate = (ms: number) =>
  new BlobgraphError(
    'UNAUTHENTICATED',
    `No token has come within ${ms} ms: send \`{ "authorization": "Bearer …" }\`.`,
  );

/** The routes that are subscriptions, by the parameter `of`. */
export type Streams = ReadonlyMap<string, OpenRoute>;

/** The streams among routes. */
export const streamsOf = (routes: readonly OpenRoute[]): Streams =>
  new Map(routes.flatMap((open) => (open.route.stream ? [[open.route.stream, open] as const] : [])));

/** The stream that a query names, asked for as its own route is. @throws BlobgraphError VALIDATION_FAILED */
function streamIn(streams: Streams, search: string): { open: OpenRoute; asked: AskedBy } {
  const { of = 'blobs', ...given } = parse(search);
  const open = streams.get(String(of));
  if (!open) {
    const names = [...streams.keys()].map((name) => `\`${name}\``).join(', ');
    throw new BlobgraphError('VALIDATION_FAILED', `\`of\` is one of ${names}.`, { field: 'of' });
  }
  const isOfQuery = ([name]: [string, unknown]) => !(name in open.params.shape);
  const query = Object.fromEntries(Object.entries(given).filter(isOfQuery));
  return { open, asked: { params: given, query, headers: {}, body: undefined } };
}

/** The JSON object in a message; undefined where it holds none. */
function objectIn(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    assertParsable(text);
    const message = parseJson(text);
    return isObject(message) ? message : undefined;
  } catch {
    return undefined;
  }
}

/** @throws BlobgraphError BAD_REQUEST */
function credentialsIn(text: string): Credentials {
  const message = objectIn(text);
  try {
    if (message) return credentialsOf({}, message);
  } catch {
    // Falls through to the one typed error: it says what is to be sent.
  }
  throw badMessage();
}

/** A message `ping`; undefined where it is another. */
function pingIn(text: string): { readonly payload?: unknown } | undefined {
  const message = objectIn(text);
  return message?.['type'] === 'ping' ? message : undefined;
}

/** One client's connection. */
class Conversation {
  readonly #opened: Opened;
  readonly #streams: Streams;
  readonly #deps: ChangesSocket;
  readonly #trace: Trace;
  #take: (text: string) => void = () => this.stop(badMessage());
  #session: OpenSession | undefined;
  #pouring: Pouring<Told> | undefined;
  #last: string | null = null;

  constructor(opened: Opened, streams: Streams, deps: ChangesSocket) {
    this.#opened = opened;
    this.#streams = streams;
    this.#deps = deps;
    const { connection, socket, request } = opened;
    this.#trace = traceFrom({ traceparent: request.headers['traceparent'] });
    connection.onMessage((text) => this.#take(text));
    socket.on('error', (error) => deps.logger.debug({ err: error }, 'WebSocket failed'));
    socket.once('close', () => this.#pouring?.leave());
  }

  /** Resolves when it has ended. It does not reject. */
  async run(): Promise<void> {
    try {
      await withTrace(this.#trace, async () => {
        await this.#follow(await this.#authenticate());
      });
    } catch (error) {
      this.stop(error);
    } finally {
      this.#session?.close();
    }
  }

  /** Ends it for a reason that the client is told, if it reads. A client that does not is waited for no longer than a close takes. */
  stop(reason: unknown, code?: number): void {
    const { connection } = this.#opened;
    if (connection.isEnding) return;
    const problem = withTrace(this.#trace, () => this.#endOf(reason));
    void connection.send(JSON.stringify({ type: 'end', problem }));
    connection.end(code ?? closeCodeOf(reason, problem), problem.detail);
    this.#pouring?.leave();
  }

  #endOf(reason: unknown): End {
    const { logger } = this.#deps;
    return endOf(reason, { path: CHANGES_SOCKET, after: this.#last, logger });
  }

  /** From the handshake's header, or else the client's first message. @throws BlobgraphError */
  #credentials(): Promise<Credentials> {
    const { headers } = this.#opened.request;
    if (headers.authorization !== undefined) return Promise.resolve(credentialsOf(headers));
    const { loginMs = 3_000 } = this.#deps;
    const none = this.#take;
    return new Promise((resolve, reject) => {
      const waiting = setTimeout(() => reject(tooLate(loginMs)), loginMs);
      const settle = (act: () => void) => {
        clearTimeout(waiting);
        this.#take = none;
        act();
      };
      this.#opened.socket.once('close', () => settle(() => reject(tooLate(loginMs))));
      this.#take = (text) => {
        try {
          const credentials = credentialsIn(text);
          settle(() => resolve(credentials));
        } catch (error) {
          settle(() => reject(error));
        }
      };
    });
  }

  /** @throws BlobgraphError */
  async #authenticate(): Promise<OpenSession> {
    const { authorization } = await this.#credentials();
    const { callers, sessions } = this.#deps;
    const { connection } = this.#opened;
    const viewer = await callers.ofConnection(authorization, connection.address);
    if (!connection.admit(viewer.userId)) throw tooManyConnections('user');
    connection.letIn(viewer.userId);
    await callers.count(viewer);
    const session = sessions.open(viewer, authorization);
    this.#session = session;
    this.#renewBy(session);
    return session;
  }

  /** From here on, messages are pings; one with a token renews the session. */
  #renewBy(session: OpenSession): void {
    const { connection } = this.#opened;
    const { callers, clock } = this.#deps;
    const verify = (authorization: unknown) => callers.ofConnection(authorization, connection.address);
    const own = renewable(session, verify);
    const renewals = new Renewals({ connection, session: () => own, clock });
    this.#take = (text) => {
      const ping = pingIn(text);
      if (ping) renewals.answer(ping.payload).catch((error: unknown) => this.stop(error));
      else this.stop(badMessage());
    };
    session.onEnded((reason) => this.stop(reason, FORBIDDEN));
  }

  async #follow(session: OpenSession): Promise<void> {
    const { socket, connection, request } = this.#opened;
    const { open, asked } = streamIn(this.#streams, searchOf(request.url ?? ''));
    const { after, ...checked } = checkedChanges(open, asked, { viewer: session.viewer });
    this.#last = after;
    const pouring = new Pouring(this.#deps.follow({ ...checked, session }), this.#receiver(open));
    this.#pouring = pouring;
    if (socket.readyState !== socket.OPEN) pouring.leave();
    await connection.send('{"type":"following"}');
    await pouring.run();
  }

  #receiver(open: OpenRoute): Receiver<Told> {
    return {
      item: (told) => {
        const { cursor, json } = changeOf(open, told);
        this.#last = cursor;
        return this.#opened.connection.send(JSON.stringify({ type: 'change', change: json }));
      },
      end: (reason) => this.stop(reason),
    };
  }
}

/** Tells changes by WebSocket, with the parameters of the streams' routes. */
export function changesSocket(streams: Streams, deps: ChangesSocket): Endpoint {
  const running = new Set<Conversation>();
  return {
    path: CHANGES_SOCKET,
    open(opened) {
      const conversation = new Conversation(opened, streams, deps);
      running.add(conversation);
      void conversation.run().finally(() => running.delete(conversation));
    },
    async answered() {
      for (const conversation of running) conversation.stop(new ServiceStops());
    },
  };
}
