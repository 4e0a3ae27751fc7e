import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { BlobgraphError } from '../../errors/errors.ts';
import { withoutDeadline } from '../../time/deadline.ts';
import { tooManyConnections } from '../connections/admission.ts';
import type { OpenConnections } from '../connections/open-connections.ts';
import type { ConnectionSession } from '../connections/session.ts';
import { EVENT_STREAM, EventStream, type EventStreamOptions } from './event-stream.ts';
import { Pouring, type Receiver, ServiceStops, type Source } from './pour.ts';

export interface EventStreamsOptions extends Pick<EventStreamOptions, 'heartbeatMs' | 'unreadMs'> {
  readonly connections: OpenConnections;
  /** More headers of an answer, beside those that the reply has. Default: none. */
  headersOf?(request: FastifyRequest): Readonly<Record<string, string>>;
}

/** An answer that is a stream. */
export interface Streamed<Item> {
  /** The stream ends with it, and closes it. */
  readonly session: ConnectionSession;
  /** Called when the stream is let in. */
  open(): Source<Item>;
  receiver(stream: EventStream): Receiver<Item>;
  /** The answer begins when it resolves. `first`: the source's first item, or that there is none yet. Default: at once. */
  ready?(first: Promise<unknown>): Promise<unknown>;
}

/** For streams to end when they are to. */
const CLOSE_WITHIN_MS = 1_000;

const HEADERS = {
  'content-type': `${EVENT_STREAM}; charset=utf-8`,
  'cache-control': 'no-store, no-transform',
  // For proxies such as nginx, which would keep events until a buffer is full.
  'x-accel-buffering': 'no',
};

/** Ends a stream with a reason; a client that does not read it is cut off a second later. */
async function endInTime(
  response: ServerResponse,
  pouring: Pick<Pouring<never>, 'end'>,
  reason: BlobgraphError,
): Promise<void> {
  pouring.end(reason);
  if (response.closed) return;
  const signal = AbortSignal.timeout(CLOSE_WITHIN_MS);
  await once(response, 'close', { signal }).catch(() => response.destroy());
}

/** Event streams of a service, counted with its other connections that stay open. */
export class EventStreams {
  readonly #app: FastifyInstance;
  readonly #options: EventStreamsOptions;
  readonly #open = new Map<ServerResponse, Pouring<never>>();

  constructor(app: FastifyInstance, options: EventStreamsOptions) {
    this.#app = app;
    this.#options = options;
    options.connections.closeWith(app, () => this.#closeAll());
  }

  /**
   * Answers a request with what comes of a source, until either ends, its session does, or the service.
   * @throws BlobgraphError when there are too many; what `ready` rejects with, before anything is answered
   */
  answer<Item>(request: FastifyRequest, reply: FastifyReply, streamed: Streamed<Item>): Promise<void> {
    // It lasts for longer than a request may take.
    return withoutDeadline(() =>
      this.#answer(request, reply, streamed).finally(() => streamed.session.close()),
    );
  }

  async #answer<Item>(
    request: FastifyRequest,
    reply: FastifyReply,
    { session, open, receiver, ready }: Streamed<Item>,
  ): Promise<void> {
    const stream = this.#enter(request, reply.raw, session.userId);
    // What is told takes turns of its own.
    await request.part?.endTurn(0);
    // The service has stopped meanwhile, and answered it.
    if (reply.sent) return stream.release();
    const source = open();
    const pouring = new Pouring(source, receiver(stream));
    stream.onReleased(() => pouring.leave());
    const first = source.poll();
    // Nobody waits for it where the service stops meanwhile: its error is none of the process's.
    first.catch(() => undefined);
    try {
      await ready?.(first);
    } catch (error) {
      stream.release();
      throw error;
    }
    if (reply.sent) return stream.release();
    this.#begin(stream, request, reply);
    this.#open.set(reply.raw, pouring as Pouring<never>);
    const callOff = session.onEnded((reason) => void endInTime(reply.raw, pouring, reason));
    await pouring.run(first).finally(() => {
      callOff();
      this.#open.delete(reply.raw);
      stream.end();
    });
  }

  /** @throws BlobgraphError */
  #enter(request: FastifyRequest, response: ServerResponse, userId: string): EventStream {
    if (this.#app.load.retiring) throw new ServiceStops();
    const { connections, heartbeatMs, unreadMs } = this.#options;
    const address = connections.addressOf(request.raw);
    const refusal = connections.refusalOf(address);
    if (refusal) throw tooManyConnections(refusal);
    const { held } = connections;
    const stream = new EventStream(response, { address, held, heartbeatMs, unreadMs });
    connections.enter(stream);
    stream.onReleased(() => connections.leave(stream));
    if (connections.authenticated(stream, userId)) return stream;
    stream.release();
    throw tooManyConnections('user');
  }

  /** From here on the request is none of the service's load: it takes no turn, and nobody waits for its answer. */
  #begin(stream: EventStream, request: FastifyRequest, reply: FastifyReply): void {
    reply.hijack();
    request.part?.end();
    const headers = { ...reply.getHeaders(), ...this.#options.headersOf?.(request), ...HEADERS };
    stream.begin(headers);
  }

  async #closeAll(): Promise<void> {
    const reason = new ServiceStops();
    await Promise.all([...this.#open].map(([response, pouring]) => endInTime(response, pouring, reason)));
  }
}
