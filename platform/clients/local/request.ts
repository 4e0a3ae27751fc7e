import { EventEmitter } from 'node:events';
import type { IncomingHttpHeaders } from 'node:http';
import { Readable } from 'node:stream';
import type { Caller } from '../../identity/service/caller.ts';

/** Who asks by a request within this process, and the one route that this opens; as a token says it over a socket. */
export interface LocalIdentity {
  readonly caller: Caller;
  /** Method and template, e.g. `POST /users/:/blobs`. */
  readonly route: string;
}

export interface LocalRequestOptions {
  readonly identity: LocalIdentity;
  readonly method: string;
  /** Percent-encoded, with its query. */
  readonly url: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Readable | undefined;
  /** Told when the body breaks off. */
  readonly onBroken: (error: Error) => void;
}

/** The parts of a request's connection that handlers use. */
class LocalConnection extends EventEmitter {
  readonly remoteAddress = '127.0.0.1';
  readonly encrypted = false;
  destroyed = false;
  readonly #cut: (error?: Error) => void;

  constructor(cut: (error?: Error) => void) {
    super();
    this.#cut = cut;
  }

  destroy(error?: Error): this {
    this.destroyed = true;
    this.#cut(error);
    return this;
  }
}

const lengthOf = (headers: IncomingHttpHeaders): number | undefined =>
  headers['content-length'] === undefined ? undefined : Number(headers['content-length']);

/** A request that is handed over within the process, in the form in which Node hands over those of a connection. */
export class LocalRequest extends Readable {
  readonly httpVersion = '1.1';
  readonly httpVersionMajor = 1;
  readonly httpVersionMinor = 1;
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly rawHeaders: readonly string[] = [];
  readonly socket: LocalConnection;
  aborted = false;
  /** Private, so that nothing but this class can have made what {@link identityOf} finds. */
  readonly #identity: LocalIdentity;
  readonly #body: string | Readable | undefined;
  #isRead = false;

  constructor({ identity, method, url, headers, body, onBroken }: LocalRequestOptions, host: string) {
    super();
    this.#identity = identity;
    this.method = method;
    this.url = url;
    this.#body = body;
    this.headers = { host, ...headers };
    this.socket = new LocalConnection((error = new Error('The connection was cut')) => onBroken(error));
    if (typeof body === 'string') this.headers['content-length'] = String(Buffer.byteLength(body));
    else if (body) this.#feed(body, onBroken);
  }

  /** Who asks by a request; undefined for one that came over a socket, whatever its headers say. */
  static identityOf(request: object): LocalIdentity | undefined {
    return #identity in request ? request.#identity : undefined;
  }

  /** The answer is sent, or nobody waits for it (`aborted`). */
  end(aborted: boolean): void {
    if (aborted && !this.aborted) {
      this.aborted = true;
      this.socket.destroyed = true;
      this.emit('aborted');
    }
    this.destroy();
  }

  override _read(): void {
    const body = this.#body;
    if (body instanceof Readable) {
      body.resume();
      return;
    }
    if (this.#isRead) return;
    this.#isRead = true;
    if (body) this.push(Buffer.from(body));
    this.push(null);
  }

  /** Passes on what is sent as it comes; a body that is not as long as its head says is broken. */
  #feed(body: Readable, onBroken: (error: Error) => void): void {
    const length = lengthOf(this.headers);
    if (length === undefined) this.headers['transfer-encoding'] = 'chunked';
    let bytes = 0;
    body.on('data', (piece: Buffer | string) => {
      bytes += Buffer.byteLength(piece);
      if (bytes > (length ?? bytes)) onBroken(new Error(`The body is longer than its ${length} bytes`));
      else if (!this.push(piece)) body.pause();
    });
    body.pause();
    body.once('end', () => {
      if (bytes < (length ?? bytes)) onBroken(new Error(`The body has ${bytes} bytes, not ${length}`));
      else this.push(null);
    });
    body.once('error', onBroken);
    body.once('close', () => {
      if (!body.readableEnded && !this.destroyed) onBroken(new Error('The body was broken off'));
    });
  }
}
