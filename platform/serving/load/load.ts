import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Leave } from '../../concurrency/fair-queue.ts';
import { BlobgraphError } from '../../errors/errors.ts';
import { JWKS_PATH } from '../../identity/keys/jwks.ts';
import { currentTrace, traceFrom, withTrace } from '../../telemetry/trace.ts';
import { Shares } from './shares.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** The service's load. */
    load: Load;
  }
  interface FastifyRequest {
    /** The request's part of its service's load. */
    part: Part | null;
  }
}

/** Operational paths: answered under any load, and without an identity. */
export const OPERATIONAL_PATHS: ReadonlySet<string> = new Set(['/health', '/ready', '/metrics', JWKS_PATH]);

/** How much a service has in work, and whether it takes more. */
export class Load {
  /** Users' work in progress and waiting. */
  readonly shares: Shares;
  readonly #limit: number;
  readonly #givingUp = new Set<() => void>();
  #inWork = 0;
  #unowned = 0;
  #refused = 0;
  #retiring = false;

  /** `limit`: requests of users in work or waiting, and as many again of nobody known. */
  constructor(limit: number) {
    this.#limit = limit;
    this.shares = new Shares({ requests: limit });
  }

  /** Requests that are not answered yet, those included that wait. */
  get inWork(): number {
    return this.#inWork;
  }

  /** Requests that were refused because too many were in work. */
  get refused(): number {
    return this.#refused + this.shares.refused;
  }

  /** The service is about to stop: it still answers, and asks its clients to go elsewhere next. */
  get retiring(): boolean {
    return this.#retiring;
  }

  retire(): void {
    this.#retiring = true;
  }

  /** Answers all requests in work with an error: they cannot be waited for any longer. */
  giveUp(): void {
    for (const giveUp of this.#givingUp) giveUp();
  }

  /**
   * Takes one more into work, of nobody known yet, until its part is ended. `giveUp` answers it before its time.
   * @throws BlobgraphError OVERLOADED when as many as may be are in work
   */
  enter(giveUp: () => void = () => undefined): Part {
    if (this.#unowned >= this.#limit) {
      this.#refused += 1;
      throw new BlobgraphError('OVERLOADED', 'Too many requests are in work here. Try again in a second.');
    }
    this.#inWork += 1;
    this.#unowned += 1;
    this.#givingUp.add(giveUp);
    const unowned = once(() => {
      this.#unowned -= 1;
    });
    return new Part(this.shares, unowned, () => {
      this.#inWork -= 1;
      this.#givingUp.delete(giveUp);
    });
  }
}

function once(act: () => void): () => void {
  let done = false;
  return () => {
    if (!done) act();
    done = true;
  };
}

function leaveAll(leaves: Set<Leave>): void {
  for (const leave of leaves) leave();
  leaves.clear();
}

/** Made once: with no reason of its own, a signal makes an exception with a stack for each request. */
const ENDED = new Error('The request has ended.');

/** One request's part of a service's load, from its first byte to its answer's last. */
export class Part {
  readonly #shares: Shares;
  readonly #owned: () => void;
  readonly #end: () => void;
  readonly #ended = new AbortController();
  #large: Promise<void> | undefined;
  #owner: string | undefined;
  #turn: Promise<void> | undefined;
  /** Called when the work is done (`turnEnds`), and when the answer is sent (`ends`). */
  readonly #turnEnds = new Set<Leave>();
  readonly #ends = new Set<Leave>();

  constructor(shares: Shares, owned: () => void, end: () => void) {
    this.#shares = shares;
    this.#owned = owned;
    this.#end = once(end);
  }

  /** Counts it as a user's, and waits until there is room for its body. @throws BlobgraphError OVERLOADED */
  async belongTo(userId: string, bodyBytes: number): Promise<void> {
    this.#owner = userId;
    this.#owned();
    await this.#keep(this.#shares.room(userId, bodyBytes, this.#ended.signal), this.#ends);
  }

  /** Waits for its user's turn, once; at once where it is nobody's. @throws BlobgraphError OVERLOADED */
  async takeTurn(): Promise<void> {
    if (this.#owner === undefined) return;
    const { signal } = this.#ended;
    this.#turn ??= this.#keep(this.#shares.turn(this.#owner, { signal }), this.#turnEnds);
    await this.#turn;
  }

  /** Waits until it may make a large answer, once. @throws BlobgraphError OVERLOADED */
  async makeLarge(): Promise<void> {
    if (this.#owner === undefined) return;
    this.#large ??= this.#keep(this.#shares.large(this.#owner, this.#ended.signal), this.#turnEnds);
    await this.#large;
  }

  /**
   * From here on only a file's bytes are moved, at the client's pace: waits for a place among such, and gives the turn to the
   * next. @throws BlobgraphError OVERLOADED
   */
  async transfer(): Promise<void> {
    if (this.#owner === undefined) return;
    await this.#keep(this.#shares.transfer(this.#owner, this.#ended.signal), this.#ends);
    leaveAll(this.#turnEnds);
  }

  /** The work is done; the answer is sent when there is room for it. @throws BlobgraphError OVERLOADED */
  async endTurn(answerBytes: number): Promise<void> {
    try {
      if (this.#owner === undefined) return;
      const { signal } = this.#ended;
      await this.#keep(this.#shares.roomForAnswer(this.#owner, answerBytes, signal), this.#ends);
    } finally {
      leaveAll(this.#turnEnds);
    }
  }

  /** Keeps what was waited for until then, unless all has ended meanwhile. */
  async #keep(entering: Promise<Leave>, until: Set<Leave>): Promise<void> {
    const leave = await entering;
    if (this.#ended.signal.aborted) leave();
    else until.add(leave);
  }

  end(): void {
    this.#ended.abort(ENDED);
    this.#owned();
    leaveAll(this.#turnEnds);
    leaveAll(this.#ends);
    this.#end();
  }
}

const stopping = () =>
  new BlobgraphError('SERVICE_UNAVAILABLE', 'The service stops before the answer is there. Try again later.');

/** Upper bound of the bytes of a request's body; `limit` where it does not say how long it is. */
export function bodyBytesOf({ headers }: FastifyRequest, limit: number): number {
  const { 'content-length': length, 'transfer-encoding': encoding } = headers;
  if (length !== undefined) return Number(length);
  return encoding === undefined ? 0 : limit;
}

/**
 * Counts a request as its user's, to be called once that is known: its body is read when there is room for it, and looked
 * at when it is the user's turn.
 * @throws BlobgraphError OVERLOADED: the user has too much in work
 */
export async function belongTo(request: FastifyRequest, userId: string): Promise<void> {
  await request.part?.belongTo(userId, bodyBytesOf(request, request.routeOptions.bodyLimit));
}

/** As {@link belongTo}, where the user is known only when the body is there: waits for the user's turn as well. */
export async function takeTurnAs(request: FastifyRequest, userId: string): Promise<void> {
  await belongTo(request, userId);
  await request.part?.takeTurn();
}

/**
 * Begins to move a file's bytes for a user, or for an address where nobody is known: after their turn, in a place among
 * such, and without its bytes counted, which are not kept.
 * @throws BlobgraphError OVERLOADED
 */
export async function transferAs({ part }: FastifyRequest, key: string): Promise<void> {
  await part?.belongTo(key, 0);
  await part?.takeTurn();
  await part?.transfer();
}

/** Bounds the requests in work, all but those of {@link OPERATIONAL_PATHS}, and ends connections before a stop. */
export function limitLoad(app: FastifyInstance, limit: number): void {
  const load = new Load(limit);
  app.decorate('load', load);
  app.decorateRequest('part', null);
  app.addHook('onRequest', (request, reply, done) => {
    if (OPERATIONAL_PATHS.has(request.routeOptions.url ?? '')) return done();
    const trace = currentTrace() ?? traceFrom({});
    const giveUp = () => {
      if (!reply.sent) withTrace(trace, () => reply.send(stopping()));
    };
    try {
      const part = load.enter(giveUp);
      request.part = part;
      // Also where the client does not wait for the answer.
      reply.raw.once('close', () => part.end());
      done();
    } catch (error) {
      done(error as Error);
    }
  });
  app.addHook('preValidation', async ({ part }) => part?.takeTurn());
  app.addHook('onSend', async (request, reply, payload) => {
    if (load.retiring) reply.header('connection', 'close');
    // A stream is made while it is sent.
    if (typeof payload === 'string' || Buffer.isBuffer(payload)) await request.part?.endTurn(payload.length);
    return payload;
  });
}
