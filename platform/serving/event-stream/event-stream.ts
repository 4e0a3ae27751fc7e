import type { ServerResponse } from 'node:http';
import type { Counted } from '../connections/admission.ts';
import type { HeldBytes, Holder } from '../connections/held-bytes.ts';

/** The media type. */
export const EVENT_STREAM = 'text/event-stream';

/** A comment, which readers drop. */
const HEARTBEAT = ':\n\n';
/** Bytes that are written at once, so that a client who is slow is told from one that takes nothing. */
const PIECE_BYTES = 64 * 1024;
/** For a client to take what tells it of the end. */
const CLOSE_WITHIN_MS = 1_000;

export const HEARTBEAT_MS = 15_000;
/** A client that has taken nothing for so long is no longer there. */
export const UNREAD_MS = 60_000;

export interface EventStreamOptions {
  /** The client's. */
  readonly address: string;
  readonly held: HeldBytes;
  /** Default: {@link HEARTBEAT_MS}. */
  readonly heartbeatMs?: number | undefined;
  /** Default: {@link UNREAD_MS}. */
  readonly unreadMs?: number | undefined;
}

/** An event of a stream (https://html.spec.whatwg.org/multipage/server-sent-events.html). None of its texts has a line break. */
export interface StreamEvent {
  readonly event: string;
  readonly data: string;
  readonly id?: string;
}

/** An event as it is sent. */
export const eventText = ({ event, data, id }: StreamEvent): string =>
  `${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata:${data === '' ? '' : ` ${data}`}\n\n`;

/** One client's stream of events, with bounds on what is kept for it and on the time that it may take. */
export class EventStream implements Counted, Holder {
  readonly address: string;
  readonly #response: ServerResponse;
  readonly #held: HeldBytes;
  readonly #unreadMs: number;
  readonly #heartbeatMs: number;
  readonly #onReleased = new Set<() => void>();
  #beating: NodeJS.Timeout | undefined;
  #isReleased = false;
  #isEnding = false;
  /** Texts that are not taken as a whole. */
  #sending = 0;
  /** Since when a piece waits to be taken. */
  #unreadSince = 0;
  #ending: NodeJS.Timeout | undefined;

  constructor(response: ServerResponse, options: EventStreamOptions) {
    const { address, held, heartbeatMs = HEARTBEAT_MS, unreadMs = UNREAD_MS } = options;
    this.#response = response;
    this.address = address;
    this.#held = held;
    this.#unreadMs = unreadMs;
    this.#heartbeatMs = heartbeatMs;
    if (response.destroyed) this.release();
    else response.once('close', () => this.release());
  }

  /** Begins the answer. */
  begin(headers: Readonly<Record<string, string | string[] | number | undefined>>): void {
    if (!this.#isOpen) return;
    this.#response.writeHead(200, headers);
    this.#response.flushHeaders();
    this.#beating = setInterval(() => this.#beat(), this.#heartbeatMs);
  }

  /** Calls `act` once nothing more is sent by it; at once where that is so. */
  onReleased(act: () => void): void {
    if (this.#isReleased) act();
    else this.#onReleased.add(act);
  }

  /** Frees what is held for it. What it has not begun to answer, others may answer. */
  release(): void {
    if (this.#isReleased) return;
    this.#isReleased = true;
    clearInterval(this.#beating);
    clearTimeout(this.#ending);
    this.#held.release(this);
    for (const act of this.#onReleased) act();
  }

  /** Sends text. Resolves once the kernel has it, or the client is gone: a subscription waits for a client that does not read. */
  async send(text: string): Promise<void> {
    if (!this.#isOpen) return;
    const bytes = Buffer.from(text);
    this.#held.add(this, bytes.length);
    this.#sending += 1;
    // It may have been cut for the room.
    for (let at = 0; at < bytes.length && this.#isOpen; at += PIECE_BYTES)
      await this.#write(bytes.subarray(at, at + PIECE_BYTES));
    if (this.#isOpen) this.#held.add(this, -bytes.length);
    this.#sending -= 1;
  }

  /** Ends the stream; a client that does not take that is cut off a second later. */
  end(): void {
    if (this.#isEnding) return;
    this.#isEnding = true;
    this.#response.end();
    this.#ending = setTimeout(() => this.#response.destroy(), CLOSE_WITHIN_MS).unref();
  }

  cut(): void {
    this.#response.destroy();
  }

  giveWay(): void {
    this.cut();
  }

  get #isOpen(): boolean {
    return !this.#isEnding && !this.#isReleased && !this.#response.destroyed;
  }

  async #write(piece: Buffer): Promise<void> {
    this.#unreadSince = performance.now();
    await new Promise<void>((resolve) => {
      const taken = () => {
        this.#response.removeListener('close', taken);
        resolve();
      };
      this.#response.once('close', taken);
      this.#response.write(piece, taken);
    });
  }

  /** Keeps proxies from cutting the stream, and gives up a client that takes nothing. */
  #beat(): void {
    if (this.#sending === 0) void this.send(HEARTBEAT);
    else if (performance.now() - this.#unreadSince > this.#unreadMs) this.cut();
  }
}
