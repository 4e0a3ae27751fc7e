import type { Duplex } from 'node:stream';
import { type RawData, WebSocket } from 'ws';
import { beginning } from '../../text.ts';
import type { Counted } from './admission.ts';
import type { HeldBytes, Holder } from './held-bytes.ts';

/** Close codes of the WebSocket registry: clients come back by themselves, as after no code of the protocol. */
export const TRY_AGAIN_LATER = 1013;
const TOO_LARGE = 1009;

/** Bytes that a connection may send before it is let in: a token and what frames it. */
const BEFORE_LOGIN_BYTES = 16 * 1024;
/** Bytes that wait for one client to read them: four of the largest answers. */
const UNREAD_BYTES = 32 * 1024 * 1024;
/** Messages that wait: each takes some hundred bytes beside its own. */
const UNREAD_MESSAGES = 1_000;
/** For a client to say goodbye. */
const CLOSE_WITHIN_MS = 1_000;
/** UTF-8 of a close's reason (RFC 6455, 5.5.1). */
const REASON_BYTES = 123;

const PONG = '{"type":"pong"}';

/** A unit takes three bytes at most. */
const reasonOf = (text: string): string =>
  Buffer.byteLength(text) <= REASON_BYTES ? text : beginning(text, REASON_BYTES / 3);

/** One client's connection, with bounds on what is kept for it and how long its end may take. */
export class Connection implements Counted, Holder {
  readonly address: string;
  readonly #socket: WebSocket;
  readonly #held: HeldBytes;
  #isLetIn = false;
  #isEnding = false;
  /** Bytes since the last whole message. */
  #received = 0;
  #beforeLogin = 0;
  #unread = 0;
  #unreadMessages = 0;
  #isPongUnread = false;
  #ending: NodeJS.Timeout | undefined;

  /** `stream`: what the bytes come by. */
  constructor(socket: WebSocket, stream: Duplex, deps: { address: string; held: HeldBytes }) {
    this.#socket = socket;
    this.address = deps.address;
    this.#held = deps.held;
    // Ahead of the protocol's own, which may complete a message by these bytes.
    stream.prependListener('data', (chunk: Buffer) => this.#receive(chunk.length));
    socket.once('close', () => {
      clearTimeout(this.#ending);
      this.#held.release(this);
    });
  }

  get protocol(): string {
    return this.#socket.protocol;
  }

  /** Whether it was ended from here: nothing more is sent, and what comes is not looked at. */
  get isEnding(): boolean {
    return this.#isEnding;
  }

  /** Takes messages of the usual size from now on. */
  letIn(): void {
    this.#isLetIn = true;
  }

  /** Calls back with each message, until the connection is ended from here. */
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
    return new Promise((resolve) => {
      this.#socket.send(text, () => {
        this.#count(-bytes, -1);
        resolve();
      });
    });
  }

  /** Answers a ping without what came with it. While the answer before waits to be read, that one is enough. */
  async pong(): Promise<void> {
    if (this.#isPongUnread) return;
    this.#isPongUnread = true;
    await this.send(PONG);
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
    this.end(TRY_AGAIN_LATER, 'Too many connections wait: send connection_init at once');
  }

  #receive(bytes: number): void {
    this.#received += bytes;
    this.#held.add(this, bytes);
    if (this.#isLetIn) return;
    this.#beforeLogin += bytes;
    if (this.#beforeLogin <= BEFORE_LOGIN_BYTES || this.#isEnding) return;
    this.end(TOO_LARGE, 'Too much was sent before connection_ack');
    this.#socket.pause();
  }

  #count(bytes: number, messages: number): void {
    this.#unread += bytes;
    this.#unreadMessages += messages;
    this.#held.add(this, bytes);
  }
}
