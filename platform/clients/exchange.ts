import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';

/** One request, sent at once, and how long and how large its answer may be. */
export interface Exchange {
  readonly origin: string;
  readonly path: string;
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly headers: Record<string, string>;
  readonly body: string | undefined;
  /** Milliseconds to the end of the answer, those included in which it waits for a connection. */
  readonly timeoutMs: number;
  /** Bytes of the answer's body. Default: any number. */
  readonly maxBytes?: number | undefined;
  /** Waited for once, before more than so many bytes of the body are read. */
  readonly large?: { readonly fromBytes: number; readonly wait: () => Promise<void> } | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface TextAnswer {
  readonly status: number;
  readonly text: string;
}

/** The answer's body is larger than it may be. */
export class AnswerTooLarge extends Error {
  override readonly name = 'AnswerTooLarge';
}

export const timedOut = (ms: number): DOMException =>
  new DOMException(`There was no answer within ${ms} ms`, 'TimeoutError');

const textOf = (chunks: readonly Buffer[], bytes: number): string =>
  (chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, bytes)).toString('utf8');

/** Gathers an answer piece by piece: a stream in between would cost more than the rest of the request. */
class Gathering implements Dispatcher.DispatchHandler {
  readonly #exchange: Exchange;
  readonly #resolve: (answer: TextAnswer) => void;
  readonly #reject: (error: unknown) => void;
  readonly #timer: NodeJS.Timeout;
  readonly #chunks: Buffer[] = [];
  #controller: Dispatcher.DispatchController | undefined;
  #failure: Error | undefined;
  #status = 0;
  #bytes = 0;
  #isLarge = false;

  constructor(exchange: Exchange, resolve: (answer: TextAnswer) => void, reject: (error: unknown) => void) {
    const { timeoutMs, signal } = exchange;
    this.#exchange = exchange;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#timer = setTimeout(() => this.#fail(timedOut(timeoutMs)), timeoutMs);
    if (signal?.aborted) this.onAbort();
    else signal?.addEventListener('abort', this.onAbort, { once: true });
  }

  readonly onAbort = (): void => this.#fail(this.#exchange.signal?.reason as Error);

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#failure) controller.abort(this.#failure);
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders) {
    this.#status = status;
    this.#count(Number(headers['content-length'] ?? 0), 0);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (!this.#count(this.#bytes, chunk.length)) return;
    this.#chunks.push(chunk);
    const { large } = this.#exchange;
    if (large && !this.#isLarge && this.#bytes > large.fromBytes) this.#waitFor(large.wait, controller);
  }

  #waitFor(wait: () => Promise<void>, controller: Dispatcher.DispatchController): void {
    this.#isLarge = true;
    controller.pause();
    wait().then(
      () => controller.resume(),
      (error: unknown) => this.#fail(error as Error),
    );
  }

  onResponseEnd(): void {
    this.#end();
    this.#resolve({ status: this.#status, text: textOf(this.#chunks, this.#bytes) });
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#end();
    this.#reject(this.#failure ?? error);
  }

  #count(before: number, more: number): boolean {
    const { maxBytes = Number.POSITIVE_INFINITY } = this.#exchange;
    if (before + more > maxBytes) {
      this.#fail(new AnswerTooLarge(`The answer has more than ${maxBytes} bytes`));
      return false;
    }
    this.#bytes += more;
    return true;
  }

  #fail(failure: Error): void {
    this.#failure = failure;
    this.#end();
    this.#reject(failure);
    this.#controller?.abort(failure);
  }

  #end(): void {
    clearTimeout(this.#timer);
    this.#exchange.signal?.removeEventListener('abort', this.onAbort);
  }
}

/**
 * Sends a request and resolves to its whole answer, decoded as UTF-8.
 * @throws AnswerTooLarge; a DOMException named TimeoutError; the signal's reason; undici's error when there is no answer
 */
export const exchangeText = (dispatcher: Dispatcher, exchange: Exchange): Promise<TextAnswer> =>
  new Promise((resolve, reject) => {
    const { origin, path, method, headers, body } = exchange;
    const gathering = new Gathering(exchange, resolve, reject);
    dispatcher.dispatch({ origin, path, method, headers, body: body ?? null }, gathering);
  });
