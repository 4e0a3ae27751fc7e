import { parse } from 'node:querystring';
import { BlobgraphError, statusOf } from '../../../platform/errors/errors.ts';
import type { Viewer } from '../../../platform/identity/service/caller.ts';
import { parseJson } from '../../../platform/json/exact.ts';
import { assertParsable } from '../../../platform/json/extent.ts';
import { isObject } from '../../../platform/json/is-object.ts';
import { bearerToken } from '../../../platform/serving/access/authenticate.ts';
import { tooManyConnections } from '../../../platform/serving/connections/admission.ts';
import { searchOf } from '../../../platform/serving/doors/methods.ts';
import {
  isResumable,
  Pouring,
  type Receiver,
  ServiceStops,
} from '../../../platform/serving/event-stream/pour.ts';
import { sessionEnds } from '../../../platform/serving/event-stream/streams.ts';
import { TRY_AGAIN_LATER } from '../../../platform/serving/websocket/connection.ts';
import { type Credentials, credentialsOf } from '../../../platform/serving/websocket/credentials.ts';
import { type Endpoint, type Opened, SERVICE_RESTART } from '../../../platform/serving/websocket/door.ts';
import { type Trace, traceFrom, withTrace } from '../../../platform/telemetry/trace.ts';
import { alarmAt } from '../../../platform/time/alarm.ts';
import type { Clock } from '../../../platform/time/clock.ts';
import type { Callers } from '../../admission/callers.ts';
import type { Streaming } from '../../subscriptions/streaming.ts';
import type { Told } from '../../subscriptions/subscriptions.ts';
import type { OpenRoute } from '../answering/open-route.ts';
import { changeOf, type End, endOf, followChanges } from './following.ts';

/** Where changes are told by WebSocket. */
export const CHANGES_SOCKET = '/api/v1/ws';

export interface ChangesSocket extends Pick<Streaming, 'follow' | 'userTokens' | 'logger'> {
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

function closeCodeOf(reason: unknown, { code, status }: End): number {
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
    'Send `{ "authorization": "Bearer …" }` first, unless the handshake has that header, and nothing else.',
  );

const tooLate = (ms: number) =>
  new BlobgraphError(
    'UNAUTHENTICATED',
    `No token has come within ${ms} ms: send \`{ "authorization": "Bearer …" }\`.`,
  );

/** @throws BlobgraphError BAD_REQUEST */
function credentialsIn(text: string): Credentials {
  try {
    assertParsable(text);
    const message = parseJson(text);
    if (isObject(message)) return credentialsOf({}, message);
  } catch {
    // Falls through to the one typed error: it says what is to be sent.
  }
  throw badMessage();
}

/** One client's connection. */
class Conversation {
  readonly #opened: Opened;
  readonly #open: OpenRoute;
  readonly #deps: ChangesSocket;
  readonly #trace: Trace;
  #login: (text: string) => void = () => this.stop(badMessage());
  #pouring: Pouring<Told> | undefined;
  #last: string | null = null;

  constructor(opened: Opened, open: OpenRoute, deps: ChangesSocket) {
    this.#opened = opened;
    this.#open = open;
    this.#deps = deps;
    const { connection, socket, request } = opened;
    this.#trace = traceFrom({ traceparent: request.headers['traceparent'] });
    connection.onMessage((text) => this.#login(text));
    socket.on('error', (error) => deps.logger.debug({ err: error }, 'WebSocket failed'));
    socket.once('close', () => this.#pouring?.leave());
  }

  /** Resolves when it has ended. It does not reject. */
  async run(): Promise<void> {
    try {
      await withTrace(this.#trace, async () => {
        const { viewer, until } = await this.#authenticate();
        await this.#follow(viewer, until);
      });
    } catch (error) {
      this.stop(error);
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
    const none = this.#login;
    return new Promise((resolve, reject) => {
      const waiting = setTimeout(() => reject(tooLate(loginMs)), loginMs);
      const settle = (act: () => void) => {
        clearTimeout(waiting);
        this.#login = none;
        act();
      };
      this.#opened.socket.once('close', () => settle(() => reject(tooLate(loginMs))));
      this.#login = (text) => {
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
  async #authenticate(): Promise<{ viewer: Viewer; until: Date }> {
    const { authorization } = await this.#credentials();
    const { callers, userTokens } = this.#deps;
    const { connection, admit } = this.#opened;
    const viewer = await callers.ofConnection(authorization, connection.address);
    if (!admit(viewer.userId)) throw tooManyConnections('user');
    connection.letIn(viewer.userId);
    await callers.count(viewer);
    return { viewer, until: userTokens.acceptedUntil(bearerToken(authorization)) };
  }

  async #follow(viewer: Viewer, until: Date): Promise<void> {
    const { socket, connection, request } = this.#opened;
    const { follow, clock } = this.#deps;
    const query = { ...parse(searchOf(request.url ?? '')) };
    const asked = { params: {}, query, headers: {}, body: undefined };
    const { after, told } = followChanges(this.#open, asked, { follow, context: { viewer } });
    this.#last = after;
    const pouring = new Pouring(told, this.#receiver());
    this.#pouring = pouring;
    if (socket.readyState !== socket.OPEN) pouring.leave();
    const callOff = alarmAt(until, clock, () => this.stop(sessionEnds(), FORBIDDEN));
    await connection.send('{"type":"following"}');
    await pouring.run().finally(callOff);
  }

  #receiver(): Receiver<Told> {
    return {
      item: (told) => {
        const { cursor, json } = changeOf(this.#open, told);
        this.#last = cursor;
        return this.#opened.connection.send(JSON.stringify({ type: 'change', change: json }));
      },
      end: (reason) => this.stop(reason),
    };
  }
}

/** Tells changes by WebSocket, with the parameters of a route that is a subscription. */
export function changesSocket(open: OpenRoute, deps: ChangesSocket): Endpoint {
  const running = new Set<Conversation>();
  return {
    path: CHANGES_SOCKET,
    open(opened) {
      const conversation = new Conversation(opened, open, deps);
      running.add(conversation);
      void conversation.run().finally(() => running.delete(conversation));
    },
    async answered() {
      for (const conversation of running) conversation.stop(new ServiceStops());
    },
  };
}
