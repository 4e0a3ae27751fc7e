import { AsyncLocalStorage } from 'node:async_hooks';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Place } from '../http/call.ts';
import { LocalRequest, type LocalRequestOptions } from './request.ts';
import { type AnswerReader, LocalResponse } from './response.ts';

/** Answers a service's requests, wherever they come from. */
export type RequestHandler = (request: IncomingMessage, response: ServerResponse) => void;

/** A service of this process that takes requests. */
export interface LocalService {
  readonly name: string;
  /** Where it also answers over a socket, without a trailing slash. */
  readonly url: string;
  readonly handle: RequestHandler;
}

/** Runs what a request leads to on its own: neither its caller's trace nor its caller's transaction is its. */
const apart = AsyncLocalStorage.snapshot();

class Open {
  readonly service: LocalService;
  readonly #host: string;
  readonly #onIdle: (() => void)[] = [];
  #inWork = 0;

  constructor(service: LocalService) {
    this.service = service;
    this.#host = new URL(service.url).host;
  }

  hand(options: LocalRequestOptions, reader: AnswerReader): LocalResponse {
    const request = new LocalRequest(options, this.#host);
    const response = new LocalResponse(request, reader);
    this.#inWork += 1;
    response.once('close', () => {
      this.#inWork -= 1;
      if (this.#inWork === 0) for (const idle of this.#onIdle.splice(0)) idle();
    });
    try {
      apart(() =>
        this.service.handle(request as unknown as IncomingMessage, response as unknown as ServerResponse),
      );
    } catch (error) {
      response.destroy(error as Error);
    }
    return response;
  }

  /** Resolves once all that it was asked is answered. */
  idle(): Promise<void> {
    return this.#inWork === 0 ? Promise.resolve() : new Promise((resolve) => this.#onIdle.push(resolve));
  }
}

/**
 * The services of one process that take requests without a socket. Each stands at its own address, so that a service that
 * is called by another one, such as a proxy's, or that is not open, is called as if it were elsewhere.
 */
export class LocalServices {
  readonly #open = new Map<string, Open>();

  /** @returns closes it: no more is taken, and it resolves once all that was asked is answered */
  open(service: LocalService): () => Promise<void> {
    const open = new Open(service);
    this.#open.set(service.url, open);
    return () => {
      if (this.#open.get(service.url) === open) this.#open.delete(service.url);
      return open.idle();
    };
  }

  /** Whether a service stands at a place, and is the one that is meant. */
  has({ name, baseUrl }: Place): boolean {
    return this.#open.get(baseUrl)?.service.name === name;
  }

  /** Hands a request to the service at its place. It is cut off where none is open there any more. */
  hand({ baseUrl }: Place, options: LocalRequestOptions, reader: AnswerReader): LocalResponse {
    const open = this.#open.get(baseUrl);
    if (open) return open.hand(options, reader);
    const refused = new LocalResponse(new LocalRequest(options, new URL(baseUrl).host), reader);
    // In a turn of its own: whoever waits for a place gets this one's then.
    setImmediate(() => refused.destroy(new Error(`No service of this process is open at ${baseUrl}`)));
    return refused;
  }
}
