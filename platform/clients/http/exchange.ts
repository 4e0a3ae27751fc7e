import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';
import { type AnswerLimits, Gathering, type GatheringDependencies, type TextAnswer } from './gathering.ts';

/** One request, sent at once, and how long and how large its answer may be. */
export interface Exchange extends AnswerLimits {
  /** Scheme, host and port. */
  readonly origin: string;
  /** Percent-encoded, with its query. */
  readonly path: string;
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly headers: Readonly<Record<string, string>>;
  /** Undefined: none is sent. */
  readonly body: string | undefined;
}

/** An answer as it comes from a connection. */
class Receiving implements Dispatcher.DispatchHandler {
  readonly #gathering: Gathering;
  #controller: Dispatcher.DispatchController | undefined;

  constructor(deps: Omit<GatheringDependencies, 'breakOff'>) {
    this.#gathering = new Gathering({ ...deps, breakOff: (reason) => this.#controller?.abort(reason) });
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    const { failure } = this.#gathering;
    if (failure) controller.abort(failure);
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders) {
    this.#gathering.begin(status, Number(headers['content-length'] ?? 0));
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    const wait = this.#gathering.add(chunk);
    if (!wait) return;
    controller.pause();
    void wait.then(() => controller.resume());
  }

  onResponseEnd(): void {
    this.#gathering.end();
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#controller = undefined;
    this.#gathering.fail(error);
  }
}

/**
 * Sends a request and resolves to its whole answer, decoded as UTF-8.
 * @throws AnswerTooLarge; a DOMException named TimeoutError; the signal's reason; undici's error when there is no answer
 */
export const exchangeText = (dispatcher: Dispatcher, exchange: Exchange): Promise<TextAnswer> =>
  new Promise((resolve, reject) => {
    const { origin, path, method, headers, body, ...limits } = exchange;
    const receiving = new Receiving({ limits, resolve, reject });
    dispatcher.dispatch({ origin, path, method, headers, body: body ?? null }, receiving);
  });
