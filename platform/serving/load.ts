import type { FastifyInstance } from 'fastify';
import { BlobgraphError } from '../errors.ts';
import { JWKS_PATH } from '../identity/service/jwks.ts';
import { currentTrace, traceFrom, withTrace } from '../trace.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** The service's load. */
    load: Load;
  }
}

/** Paths of a service's operation: answered however much there is to do, and without an identity. */
export const OPERATIONAL_PATHS: ReadonlySet<string> = new Set(['/health', '/ready', '/metrics', JWKS_PATH]);

/** How much a service has in work, and whether it takes more. */
export class Load {
  readonly #limit: number;
  readonly #givingUp = new Set<() => void>();
  #inWork = 0;
  #refused = 0;
  #retiring = false;

  /** `limit`: requests in work at once. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  get inWork(): number {
    return this.#inWork;
  }

  /** Requests that were refused because too many were in work. */
  get refused(): number {
    return this.#refused;
  }

  /** The service is about to stop: it still answers, and asks its clients to go elsewhere next. */
  get retiring(): boolean {
    return this.#retiring;
  }

  retire(): void {
    this.#retiring = true;
  }

  /** Answers what is still in work: it cannot be waited for any longer. */
  giveUp(): void {
    for (const giveUp of this.#givingUp) giveUp();
  }

  /**
   * Takes one more into work, until the returned function is called, once. `giveUp` answers it before its time.
   * @throws BlobgraphError OVERLOADED when as many as may be are in work
   */
  enter(giveUp: () => void = () => undefined): () => void {
    if (this.#inWork >= this.#limit) {
      this.#refused += 1;
      throw new BlobgraphError('OVERLOADED', 'Too many requests are in work here. Try again in a second.');
    }
    this.#inWork += 1;
    this.#givingUp.add(giveUp);
    return () => {
      this.#inWork -= 1;
      this.#givingUp.delete(giveUp);
    };
  }
}

const stopping = () =>
  new BlobgraphError('SERVICE_UNAVAILABLE', 'The service stops before the answer is there. Try again later.');

/** Bounds the requests in work, all but those of {@link OPERATIONAL_PATHS}, and ends connections before a stop. */
export function limitLoad(app: FastifyInstance, limit: number): void {
  const load = new Load(limit);
  app.decorate('load', load);
  app.addHook('onRequest', (request, reply, done) => {
    if (OPERATIONAL_PATHS.has(request.routeOptions.url ?? '')) return done();
    const trace = currentTrace() ?? traceFrom({});
    const giveUp = () => {
      if (!reply.sent) withTrace(trace, () => reply.send(stopping()));
    };
    try {
      // Also where the client does not wait for the answer.
      reply.raw.once('close', load.enter(giveUp));
      done();
    } catch (error) {
      done(error as Error);
    }
  });
  app.addHook('onSend', (_request, reply, payload, done) => {
    if (load.retiring) reply.header('connection', 'close');
    done(null, payload);
  });
}
