import type { Duplex } from 'node:stream';
import { type RawData, WebSocket } from 'ws';
import { beginning } from '../../text/text.ts';
import type { Rounds } from '../../time/rounds.ts';
import type { Counted } from '../connections/admission.ts';
import type { HeldBytes, Holder } from '../connections/held-bytes.ts';
import type { OpenConnections } from '../connections/open-connections.ts';
import { SlowLink } from '../connections/slow-links.ts';
import type { Pace } from './pace.ts';

/** Close codes of the WebSocket registry: clients come back by themselves, as after no code of the protocol. */
export const SERVICE_RESTART = 1012;
export const TRY_AGAIN_LATER = 1013;
const TOO_LARGE = 1009;

/** Bytes that a connection may send before it is authenticated: a token and its frame. */
const BEFORE_LOGIN_BYTES = 16 * 1024;
/** Bytes that wait for one client to read them: four of the largest answers. */
const UNREAD_BYTES = 32 * 1024 * 1024;
/** Waiting messages: each takes some hundred bytes beside its text. */
const UNREAD_MESSAGES = 1_000;
/** For a client to say goodbye. */
const CLOSE_WITHIN_MS = 1_000;
/** UTF-8 of a close's reason (RFC 6455, 5.5.1). */
const REASON_BYTES = 123;

const PONG = '{"type":"pong"}';

/** A unit takes three bytes at most. */
const reasonOf = (text: string): string =>
  Buffer.byteLength(text) <= REASON_BYTES ? text : beginning(text, REASON_BYTES / 3);

/** Shared by a door's connections. */
export interface Among {
  readonly connections: Pick<OpenConnections, 'held' | 'enter' | 'authenticated' | 'leave'>;
  readonly pace: Pace;
  /** Those that are asked for a sign of life. */
  readonly pinged: Pick<Rounds<Connection>, 'add' | 'delete'>;
}

/** One client's connection, with bounds on its buffers and on the time that closing takes. */
export class Connection implements Counted, Holder {
  readonly address: string;
  readonly #socket: WebSocket;
  readonly #among: Among;
  readonly #link = new SlowLink();
  /** Undefined until it is let in. */
  #user: string | undefined;
  #isEnding = false;
  #hasSpoken = true;
  /** Bytes since the last whole message. */
  #received = 0;
  #beforeLogin = 0;
  #unread = 0;
  #unreadMessages = 0;
  #isPongUnread = false;
  #ending: NodeJS.Timeout | undefined;
  /** While more has come than the user's pace allows. */
  #resting: NodeJS.Timeout | undefined;
  #onClosed: ((code: number, reason: string) => void) | undefined;

  /** `stream`: what the bytes come by. */
  constructor(socket: WebSocket, stream: Duplex, { address, among }: { address: string; among: Among }) {
    this.#socket = socket;
    this.address = address;
    this.#among = among;
    // Ahead of the protocol's own, which may complete a message by these bytes.
    stream.prependListener('data', (chunk: Buffer) => this.#receive(chunk.length));
    socket.on('close', (code, reason) => this.#close(code, String(reason)));
    among.connections.enter(this);
    among.pinged.add(this);
  }

  get protocol(): string {
    return this.#socket.protocol;
  }

  /** Whether this side ended it: nothing more is sent, and incoming messages are ignored. */
  get isEnding(): boolean {
    return this.#isEnding;
  }

  /**
   * Asks for a sign of life. Ends one from which nothing has come since it was asked before, unless that waits to be read,
   * or the client may still be reading what stands before the ping.
   */
  keepAlive(): void {
    const mayBeThere = this.#hasSpoken || this.#resting !== undefined || this.#link.mayBeReading();
    this.#hasSpoken = false;
    if (mayBeThere) this.#socket.ping();
    else this.#socket.terminate();
  }

  /** Counts it as a user's; false when that user has too many. */
  admit(user: string): boolean {
    return this.#among.connections.authenticated(this, user);
  }

  /** Acts when it is closed. */
  onClosed(act: (code: number, reason: string) => void): void {
    this.#onClosed = act;
  }

  /** Takes messages of the usual size from now on, as fast as the user may send. */
  letIn(user: string): void {
    this.#user = user;
  }

  /** Calls back with each message, until this side ends the connection. */
  onMessage(take: (text: string) => void): void {
    this.#socket.on('message', (data: RawData) => {
      this.#held.add(this, -this.#received);
      this.#received = 0;
      if (!this.#isEnding) take(String(data));
    });
  }

  /**
   * Sends a message. Resolves once the kernel has it: a subscription waits for a client that does not read, and one for
   * which too much waits is ended.
   */
  send(text: string): Promise<void> {
    if (this.#isEnding || this.#socket.readyState !== WebSocket.OPEN) return Promise.resolve();
    const bytes = Buffer.byteLength(text);
    if (this.#unread + bytes > UNREAD_BYTES || this.#unreadMessages >= UNREAD_MESSAGES) {
      this.end(TRY_AGAIN_LATER, 'Answers are not read: read them, or ask for less at once');
      return Promise.resolve();
    }
    this.#count(bytes, 1);
    this.#link.sent(bytes);
    return new Promise((resolve) => {
      this.#socket.send(text, () => {
        this.#count(-bytes, -1);
        resolve();
      });
    });
  }

  /** Answers a ping, without what came with it. While the answer before waits to be read, that one is enough. */
  async pong(text = PONG): Promise<void> {
    if (this.#isPongUnread) return;
    this.#isPongUnread = true;
    await this.send(text);
    this.#isPongUnread = false;
  }

  /** Closes the connection; a client that does not answer that is cut off a second later. */
  end(code: number, reason: string): void {
    if (this.#isEnding) return;
    this.#isEnding = true;
    this.#socket.close(code, reasonOf(reason));
    this.#ending = setTimeout(() => this.#socket.terminate(), CLOSE_WITHIN_MS).unref();
  }

  cut(): void {
    this.#isEnding = true;
    this.#socket.terminate();
  }

  giveWay(): void {
    this.end(TRY_AGAIN_LATER, 'Too many connections wait: authenticate at once');
  }

  get #held(): HeldBytes {
    return this.#among.connections.held;
  }

  #close(code: number, reason: string): void {
    clearTimeout(this.#ending);
    clearTimeout(this.#resting);
    this.#held.release(this);
    this.#among.connections.leave(this);
    this.#among.pinged.delete(this);
    this.#onClosed?.(code, reason);
  }

  #receive(bytes: number): void {
    this.#hasSpoken = true;
    this.#link.heard();
    this.#received += bytes;
    this.#held.add(this, bytes);
    if (this.#user !== undefined) {
      this.#rest(this.#among.pace.add(this.#user, bytes));
      return;
    }
    this.#beforeLogin += bytes;
    if (this.#beforeLogin <= BEFORE_LOGIN_BYTES || this.#isEnding) return;
    this.end(TOO_LARGE, 'Too much was sent before it was let in');
    this.#socket.pause();
  }

  /** Reads nothing for so long. */
  #rest(ms: number): void {
    if (ms === 0 || this.#resting || this.#isEnding) return;
    this.#socket.pause();
    this.#resting = setTimeout(() => {
      this.#resting = undefined;
      this.#socket.resume();
    }, ms);
  }

  #count(bytes: number, messages: number): void {
    this.#unread += bytes;
    this.#unreadMessages += messages;
    this.#held.add(this, bytes);
  }
}
