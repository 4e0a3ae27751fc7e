import { createClient, ErrorReply, type RedisClientType } from 'redis';
import { BlobgraphError } from '../errors/errors.ts';
import type { Logger } from '../telemetry/logger.ts';
import { bounded, TookTooLong } from '../time/bounded.ts';
import { deadlineExceeded, timeFor } from '../time/deadline.ts';
import { type Backoff, backoffMs } from '../time/retry.ts';

/** The client of one Redis server, as its users see it. */
export type Redis = Pick<
  RedisClientType,
  'eval' | 'exists' | 'get' | 'getEx' | 'hGet' | 'hGetAll' | 'hmGet' | 'ping' | 'scan' | 'set' | 'zAdd'
> &
  Pick<RedisClientType, 'zLexCount' | 'zRange' | 'zRangeByLex' | 'zScan' | 'zScore' | 'multi' | 'zRem'>;

/** One Redis (7 or later), shared by the services of a process. */
export interface RedisServer {
  /** Stands before the names of all keys of an installation. */
  readonly namespace: string;
  /**
   * Works on it, within the caller's time and 5 s at most.
   * @throws RedisUnavailable when it is away or refuses; BlobgraphError DEADLINE_EXCEEDED, SERVICE_UNAVAILABLE: it is full
   */
  run<T>(work: (redis: Redis) => Promise<T>): Promise<T>;
  /** Waits for answers that are on their way; what is asked for later rejects. */
  close(): Promise<void>;
}

export interface RedisOptions {
  /** `redis://` or `rediss://`, with user and password where there are some. */
  readonly url: string;
  /** As {@link RedisServer.namespace}. */
  readonly namespace: string;
  /** Told once of each reason for which it is away, and once that it is back. */
  readonly logger: Pick<Logger, 'warn' | 'info'>;
  /** Wait for an answer. Default 5,000 ms. */
  readonly answerMs?: number;
  /** Wait for a connection that broke to be there again. Default 2,000 ms. */
  readonly connectMs?: number;
}

/** Redis cannot be reached, or does not take work for now. Its message holds neither address nor password. */
export class RedisUnavailable extends Error {
  override readonly name = 'RedisUnavailable';
}

/** Replies that tell of the server's state and not of the command: the same may succeed later. */
const AWAY =
  /^(LOADING|MASTERDOWN|READONLY|NOREPLICAS|MISCONF|BUSY|CLUSTERDOWN|TRYAGAIN|NOAUTH|WRONGPASS|NOPERM|ERR max number of clients)\b/;
const FULL = /^OOM\b/;
/** Commands that wait for an answer at once; beyond them Redis does not keep up, and new ones are refused. */
const MAX_WAITING = 10_000;
const RECONNECTING: Backoff = { baseMs: 50, maxMs: 1_000 };

const reasonOf = (error: unknown): string => {
  if (error instanceof ErrorReply) return error.message.split(' ')[0] ?? 'ERR';
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? code : ((error as Error)?.name ?? 'unknown');
};

function translated(error: unknown): unknown {
  if (error instanceof BlobgraphError || error instanceof RedisUnavailable) return error;
  if (error instanceof ErrorReply) {
    if (FULL.test(error.message)) {
      const message =
        'Redis has no room left and may not drop anything: raise its `maxmemory`, or let it evict.';
      return new BlobgraphError('SERVICE_UNAVAILABLE', message, { cause: error });
    }
    return AWAY.test(error.message)
      ? new RedisUnavailable(`Redis takes no work now (${reasonOf(error)})`, { cause: error })
      : error;
  }
  // A mistake of ours is no fault of Redis's.
  if (error instanceof TypeError || error instanceof RangeError || error instanceof SyntaxError) return error;
  if (error instanceof TookTooLong) {
    return timeFor(1) > 0
      ? new RedisUnavailable('Redis does not answer', { cause: error })
      : deadlineExceeded(error);
  }
  return new RedisUnavailable(`Redis is out of reach (${reasonOf(error)})`, { cause: error });
}

/** Tells once of each reason for which Redis is away, and once that it is back. */
function watch(client: ReturnType<typeof clientOf>, logger: RedisOptions['logger']) {
  let told: string | undefined;
  client.on('error', (error: unknown) => {
    const reason = reasonOf(error);
    if (reason === told) return;
    told = reason;
    logger.warn({ reason }, 'Redis is out of reach; trying again');
  });
  client.on('ready', () => {
    if (told !== undefined) logger.info('Redis is back');
    told = undefined;
  });
}

const clientOf = ({ url, answerMs = 5_000 }: RedisOptions) =>
  createClient({
    url,
    name: 'blobgraph',
    commandsQueueMaxLength: MAX_WAITING,
    // Commands fail at once while Redis is away: requests have deadlines, and runs wait by themselves.
    disableOfflineQueue: true,
    // An idle connection is asked now and then, so that one which is half open is found.
    pingInterval: answerMs,
    socket: {
      connectTimeout: answerMs,
      socketTimeout: 2 * answerMs,
      reconnectStrategy: (retries: number) => backoffMs(RECONNECTING, retries + 1),
    },
  });

class ConnectedRedis implements RedisServer {
  readonly namespace: string;
  readonly #client: ReturnType<typeof clientOf>;
  readonly #answerMs: number;
  readonly #connectMs: number;
  #connecting: Promise<unknown> | undefined;
  /** Resolves when there is a connection again; all who wait share it. */
  #back: Promise<void> | undefined;

  constructor(options: RedisOptions) {
    this.namespace = options.namespace;
    this.#answerMs = options.answerMs ?? 5_000;
    this.#connectMs = options.connectMs ?? 2_000;
    this.#client = clientOf(options);
    watch(this.#client, options.logger);
  }

  async run<T>(work: (redis: Redis) => Promise<T>): Promise<T> {
    const ms = timeFor(this.#answerMs);
    if (ms === 0) throw deadlineExceeded();
    try {
      if (!this.#client.isReady) await this.#ready();
      return await bounded('Redis', ms, work(this.#client as unknown as Redis));
    } catch (error) {
      throw translated(error);
    }
  }

  /** Resolves when there is a connection. @throws TookTooLong */
  #ready(): Promise<unknown> {
    // It goes on trying until it is closed.
    this.#connecting ??= this.#client.connect().catch(() => undefined);
    this.#back ??= new Promise<void>((resolve) => {
      this.#client.once('ready', () => {
        this.#back = undefined;
        resolve();
      });
    });
    return bounded('Connecting to Redis', timeFor(this.#connectMs), this.#back);
  }

  async close(): Promise<void> {
    if (this.#client.isReady) await this.#client.close();
    else if (this.#client.isOpen) this.#client.destroy();
  }
}

/** Connects at the first use: a server that is away shows then, and is found again when it is back. */
export const openRedis = (options: RedisOptions): RedisServer => new ConnectedRedis(options);
