import { Writable } from 'node:stream';
import type { LocalRequest } from './request.ts';

/** A field's values as a handler sets them. */
export type HeaderValue = number | string | readonly string[];
export type AnswerHead = ReadonlyMap<string, HeaderValue>;

/** Reads one answer as it is made. */
export interface AnswerReader {
  /** Called once, before any of the body. Names are in lower case. */
  begin(status: number, head: AnswerHead): void;
  /** `done` is called when the next piece may come. */
  add(piece: string | Buffer, done: () => void): void;
  end(): void;
  /** The answer was broken off before its end. */
  cut(error: Error): void;
}

const HIGH_WATER_BYTES = 64 * 1024;
const UTF8: ReadonlySet<string> = new Set(['utf8', 'utf-8']);
/** Statuses whose answers have no body (RFC 9110, 6.4.1). */
const BODILESS: ReadonlySet<number> = new Set([204, 304]);

/** An answer to a request within the process, in the form in which Node lets handlers answer those of a connection. */
export class LocalResponse extends Writable {
  statusCode = 200;
  statusMessage = '';
  sendDate = false;
  headersSent = false;
  readonly req: LocalRequest;
  readonly #reader: AnswerReader;
  readonly #head = new Map<string, HeaderValue>();
  #begun = false;
  #ended = false;

  constructor(request: LocalRequest, reader: AnswerReader) {
    super({ decodeStrings: false, highWaterMark: HIGH_WATER_BYTES });
    this.req = request;
    this.#reader = reader;
  }

  get socket(): LocalRequest['socket'] {
    return this.req.socket;
  }

  setHeader(name: string, value: HeaderValue): this {
    this.#assertUnsent();
    this.#head.set(name.toLowerCase(), value);
    return this;
  }

  getHeader(name: string): HeaderValue | undefined {
    return this.#head.get(name.toLowerCase());
  }

  getHeaders(): Record<string, HeaderValue> {
    return Object.fromEntries(this.#head);
  }

  hasHeader(name: string): boolean {
    return this.#head.has(name.toLowerCase());
  }

  removeHeader(name: string): void {
    this.#assertUnsent();
    this.#head.delete(name.toLowerCase());
  }

  writeHead(status: number, headers: Readonly<Record<string, HeaderValue | undefined>> = {}): this {
    this.#assertUnsent();
    this.statusCode = status;
    for (const [name, value] of Object.entries(headers))
      if (value !== undefined) this.#head.set(name.toLowerCase(), value);
    this.headersSent = true;
    return this;
  }

  override _write(piece: string | Buffer, encoding: BufferEncoding, done: () => void): void {
    this.#begin();
    if (this.req.method === 'HEAD' || BODILESS.has(this.statusCode)) done();
    else if (typeof piece === 'string' && !UTF8.has(encoding))
      this.#reader.add(Buffer.from(piece, encoding), done);
    else this.#reader.add(piece, done);
  }

  override _final(done: () => void): void {
    this.#begin();
    this.#ended = true;
    this.#reader.end();
    done();
  }

  override _destroy(error: Error | null, done: () => void): void {
    this.req.end(!this.#ended);
    if (!this.#ended) this.#reader.cut(error ?? new Error('The answer was broken off'));
    done();
  }

  #begin(): void {
    if (this.#begun) return;
    this.#begun = true;
    this.headersSent = true;
    this.#reader.begin(this.statusCode, this.#head);
  }

  #assertUnsent(): void {
    if (!this.headersSent) return;
    const error = new Error('The head of the answer is sent already');
    throw Object.assign(error, { code: 'ERR_HTTP_HEADERS_SENT' });
  }
}
