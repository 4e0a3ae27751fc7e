import { Readable } from 'node:stream';
import type { Place } from '../http/call.ts';
import {
  type AnswerLimits,
  Gathering,
  type GatheringDependencies,
  type TextAnswer,
} from '../http/gathering.ts';
import { AT_ONCE, type LocalTransport, type OutgoingStream, type Streamed } from '../http/transport.ts';
import { AnswerBody } from './body.ts';
import { Places } from './places.ts';
import type { AnswerHead, AnswerReader, LocalResponse } from './response.ts';
import type { LocalServices } from './services.ts';

/** One request on its way: it waits for a place, then is handled, until it is answered or broken off. */
class Sending {
  #response: LocalResponse | undefined;
  #leave: (() => void) | undefined;
  #isOver = false;

  /** `hand`: has it handled. */
  start(places: Places, hand: () => LocalResponse, onOver: () => void): void {
    if (this.#isOver) {
      onOver();
      return;
    }
    const leave = places.take(() => {
      const response = hand();
      this.#response = response;
      response.once('close', () => this.breakOff());
      if (this.#isOver) response.destroy();
    });
    this.#leave = () => {
      leave();
      onOver();
    };
    if (this.#isOver) this.#leave();
  }

  /** Ends it, if it has not ended yet. */
  readonly breakOff = (): void => {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#leave?.();
    this.#response?.destroy();
  };
}

/** Reads a whole answer. */
class TextReader implements AnswerReader {
  readonly #gathering: Gathering;

  constructor(deps: GatheringDependencies) {
    this.#gathering = new Gathering(deps);
  }

  begin(status: number, head: AnswerHead): void {
    this.#gathering.begin(status, Number(head.get('content-length') ?? 0));
  }

  add(piece: string | Buffer, done: () => void): void {
    const wait = this.#gathering.add(piece);
    if (wait) void wait.then(done);
    else done();
  }

  end(): void {
    this.#gathering.end();
  }

  cut(error: Error): void {
    this.#gathering.fail(error);
  }
}

/** Header fields that are there once. */
const single = (head: AnswerHead): Record<string, string> =>
  Object.fromEntries(
    [...head].flatMap(([name, value]) => (typeof value === 'object' ? [] : [[name, String(value)] as const])),
  );

interface StreamReaderDependencies {
  readonly resolve: (answer: Streamed) => void;
  readonly reject: (error: unknown) => void;
  /** Called when nobody wants the answer any more. */
  readonly breakOff: () => void;
  readonly signal: AbortSignal;
}

/** Reads an answer's head, and passes its body on. */
class StreamReader implements AnswerReader {
  readonly #deps: StreamReaderDependencies;
  #body: AnswerBody | undefined;
  #isWhole = false;

  constructor(deps: StreamReaderDependencies) {
    this.#deps = deps;
    if (deps.signal.aborted) this.#onAbort();
    else deps.signal.addEventListener('abort', this.#onAbort, { once: true });
  }

  readonly #onAbort = (): void => this.cut(this.#deps.signal.reason as Error);

  begin(status: number, head: AnswerHead): void {
    const body = new AnswerBody(() => this.#end());
    this.#body = body;
    this.#deps.resolve({ status, headers: single(head), body });
  }

  add(piece: string | Buffer, done: () => void): void {
    this.#body?.add(piece, done);
  }

  end(): void {
    this.#isWhole = true;
    this.#body?.push(null);
  }

  cut(error: Error): void {
    this.#deps.reject(error);
    this.#body?.destroy(error);
    this.#end();
  }

  #end(): void {
    this.#deps.signal.removeEventListener('abort', this.#onAbort);
    if (!this.#isWhole) this.#deps.breakOff();
  }
}

/** The places at one service. */
interface Room {
  readonly calls: Places;
  readonly streams: Places;
}

/**
 * Hands a service's requests to others of its process, without a socket: the same handler is called, with who asks in the
 * place of a token.
 */
class LocalCalls implements LocalTransport {
  readonly #caller: string;
  readonly #services: LocalServices;
  readonly #rooms = new Map<string, Room>();
  readonly #underWay = new Set<AnswerReader>();
  #isClosed = false;

  constructor(caller: string, services: LocalServices) {
    this.#caller = caller;
    this.#services = services;
  }

  reaches(place: Place): boolean {
    return this.#services.has(place);
  }

  exchange(request: OutgoingStream, limits: AnswerLimits): Promise<TextAnswer> {
    return new Promise((resolve, reject) => {
      const sending = new Sending();
      const reader = new TextReader({ limits, resolve, reject, breakOff: sending.breakOff });
      this.#start(sending, request, reader, this.#roomAt(request.place).calls);
    });
  }

  stream(request: OutgoingStream, signal: AbortSignal): Promise<Streamed> {
    return new Promise((resolve, reject) => {
      const sending = new Sending();
      const reader = new StreamReader({ resolve, reject, signal, breakOff: sending.breakOff });
      this.#start(sending, request, reader, this.#roomAt(request.place).streams);
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const reader of this.#underWay) reader.cut(closed());
  }

  #start(sending: Sending, request: OutgoingStream, reader: AnswerReader, places: Places): void {
    const { place, route, viewer, method, path: url, headers, body } = request;
    const identity = { caller: { service: this.#caller, viewer }, route };
    const onBroken = (error: Error) => reader.cut(error);
    const hand = () => this.#services.hand(place, { identity, method, url, headers, body, onBroken }, reader);
    if (this.#isClosed) reader.cut(closed());
    this.#underWay.add(reader);
    sending.start(places, hand, () => {
      this.#underWay.delete(reader);
      if (body instanceof Readable) body.destroy();
    });
  }

  #roomAt({ baseUrl }: Place): Room {
    const known = this.#rooms.get(baseUrl);
    if (known) return known;
    const room = { calls: new Places(AT_ONCE.calls), streams: new Places(AT_ONCE.streams) };
    this.#rooms.set(baseUrl, room);
    return room;
  }
}

const closed = (): Error => new Error('The client was closed');

/** Calls of a service, by its name, to the services of its process. */
export const createLocalTransport = (caller: string, services: LocalServices): LocalTransport =>
  new LocalCalls(caller, services);
