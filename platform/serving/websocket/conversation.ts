import { CloseCode, type WebSocket as LibrarySocket } from 'graphql-ws';
import type { BlobgraphError } from '../../errors/errors.ts';
import { firstInexact, inexactRefusal } from '../../json/exact.ts';
import { assertParsable } from '../../json/extent.ts';
import { isObject } from '../../json/is-object.ts';
import type { Logger } from '../../telemetry/logger.ts';
import { traceFrom, withTrace } from '../../telemetry/trace.ts';
import type { Clock } from '../../time/clock.ts';
import type { ConnectionSession, RenewableSession } from '../connections/session.ts';
import type { Connection } from './connection.ts';
import type { Credentials } from './credentials.ts';
import { OperationIds } from './operation-ids.ts';
import { Renewals } from './renewals.ts';
import { withQuery } from './without-text.ts';

/** Who is at the other end of a connection. */
export interface Admitted<Who> {
  /** Handed to `count` and `prepare`. */
  readonly who: Who;
  /** The connection is closed when it ends. One that is renewable is renewed by messages `ping`. */
  readonly session: ConnectionSession | RenewableSession;
}

/** Shared by the conversations of an endpoint. */
export interface Conversing {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Milliseconds within which a connection has to authenticate. Default: 3,000. */
  readonly loginMs?: number;
}

type Handle = (text: string) => Promise<void>;

/** The library throws when a client sends a message that only servers send, e.g. `next`. */
const OF_SERVERS = /^Unexpected message of type \w+ received$/;

const LOGIN_MS = 3_000;

/** The error for a message with a number that would lose precision. Pointers are relative to its payload. */
function refusalOf(text: string): BlobgraphError | undefined {
  const inexact = firstInexact(text);
  return inexact && inexactRefusal({ ...inexact, pointer: inexact.pointer.replace(/^\/payload/, '') });
}

/** A message for the library, which takes it parsed as well. One that cannot be parsed is refused by it. */
function parsed(text: string): string {
  const whole = withQuery(text);
  try {
    const message: unknown = JSON.parse(whole);
    return isObject(message) ? (message as unknown as string) : text;
  } catch {
    return text;
  }
}

/** The id of the operation that a message completes; undefined where it is another message, or none. */
function completedBy(text: string): string | undefined {
  try {
    const { type, id } = (JSON.parse(text) ?? {}) as { readonly type?: unknown; readonly id?: unknown };
    return type === 'complete' && typeof id === 'string' ? id : undefined;
  } catch {
    return undefined;
  }
}

/** A connection with what the protocol knows of it, from one message to the next. Connections are many, and mostly wait. */
export class Conversation<Who> implements LibrarySocket {
  readonly connection: Connection;
  readonly ids = new OperationIds();
  /** Those of the upgrade until it is authenticated; then what is still asked for. */
  headers: Credentials;
  /** Undefined until it is authenticated. */
  admitted: Admitted<Who> | undefined;
  /** Characters of the message that is being handled. */
  size = 0;
  /** Why the operation of the message that is being handled is refused before anything of it is looked at. */
  refusal: BlobgraphError | undefined;
  /** The id of the operation that the message that is being handled begins. */
  begun: string | undefined;
  /** The same, where an operation of that id has yet to end: the message is to be handled after that. */
  early: string | undefined;
  /** After which its subscriptions go on, by their ids. Made with the first: most have none. */
  cursors: Map<string, string> | undefined;
  /** State of the rate of operations that it may start, see `gcra.ts`. */
  fullAt: number | undefined;
  readonly #deps: Conversing;
  #login: NodeJS.Timeout | undefined;
  #renewals: Renewals | undefined;

  constructor(connection: Connection, headers: Credentials, deps: Conversing) {
    this.connection = connection;
    this.headers = headers;
    this.#deps = deps;
    this.#login = setTimeout(() => this.#refuseSilence(), deps.loginMs ?? LOGIN_MS);
  }

  get protocol(): string {
    return this.connection.protocol;
  }

  send(text: string): Promise<void> {
    return this.connection.send(text);
  }

  close(code: number = CloseCode.InternalServerError, reason = ''): void {
    this.connection.end(code, reason);
  }

  onMessage(handle: Handle): void {
    this.connection.onMessage((text) => this.#take(text, handle));
  }

  onPing(payload: unknown): Promise<void> {
    if (!isObject(payload)) return this.connection.pong();
    const { connection } = this;
    const session = () => this.admitted?.session;
    this.#renewals ??= new Renewals({ connection, session, clock: this.#deps.clock });
    return this.#renewals.answer(payload);
  }

  /** It has said who it is, right or wrong. */
  saidWho(): void {
    clearTimeout(this.#login);
    this.#login = undefined;
  }

  /** The connection is gone. */
  closed(): void {
    this.saidWho();
    this.admitted?.session.close();
    this.ids.clear();
  }

  #refuseSilence(): void {
    this.connection.end(CloseCode.ConnectionInitialisationTimeout, 'Connection initialisation timeout');
  }

  /** Has the library handle a message. A message outside the protocol closes the connection. */
  #take(text: string, handle: Handle): void {
    try {
      assertParsable(text);
    } catch (error) {
      this.connection.end(CloseCode.BadRequest, (error as Error).message);
      return;
    }
    const completed = this.ids.hasWaiting ? completedBy(text) : undefined;
    if (completed !== undefined) this.ids.complete(completed);
    // The library asks for an operation's arguments before it returns.
    this.refusal = refusalOf(text);
    this.size = text.length;
    const { traceparent } = this.headers;
    const handling = withTrace(traceFrom({ traceparent }), () => handle(parsed(text)));
    this.refusal = undefined;
    this.#noteBegun(handling, () => this.#take(text, handle));
    handling.catch((error: unknown) => this.#fail(error as Error));
  }

  /** Notes which operation a message has begun, or has it handled once more when that of the same id has ended. */
  #noteBegun(handling: Promise<void>, again: () => void): void {
    const { connection, ids, begun, early } = this;
    this.begun = undefined;
    this.early = undefined;
    if (begun !== undefined) {
      const ended = () => ids.ends(begun);
      ids.begins(begun);
      // A subscription's handling never settles: it ends by itself.
      handling.then(ended, ended);
    }
    if (early !== undefined && !ids.wait(early, again))
      connection.end(CloseCode.SubscriberAlreadyExists, `Subscriber for ${early} already exists`);
  }

  #fail(error: Error): void {
    if (OF_SERVERS.test(error.message)) {
      this.connection.end(CloseCode.BadRequest, 'Invalid message received');
      return;
    }
    this.#deps.logger.error({ err: error }, 'handling a message over WebSocket failed');
    this.connection.end(CloseCode.InternalServerError, 'Internal server error');
  }
}
