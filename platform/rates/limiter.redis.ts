import { LRUCache } from 'lru-cache';
import type { RedisServer } from '../redis/server.ts';
import { type Patience, whereItAnswers } from '../redis/where-it-answers.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Clock } from '../time/clock.ts';
import { createMemoryLimiter } from './limiter.memory.ts';
import { MOST_KEYS, type Rate, type RateLimiter, type Taken } from './rate.ts';

/** Part of a quota that a process reserves at once: Redis is asked that much more rarely than requests come. */
const BATCHES = 60;
/** An unused reservation is not returned: it expires after this time. */
const LEASE_MS = 5_000;

/**
 * The generic cell rate algorithm in one step, by the one clock that all processes share, in microseconds. Answers how
 * many of those wanted are granted, how many are left and when there is one more. See `gcra.ts`.
 */
const TAKE = `
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local quota, window, wanted = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local each = window / quota
local used = math.min(window, math.max(0, (tonumber(redis.call('GET', KEYS[1])) or now) - now))
local there = math.floor((window - used) / each + 0.000001)
local granted = math.min(wanted, there)
local after = used + granted * each
local left = there - granted
if granted > 0 then
  redis.call('SET', KEYS[1], string.format('%.0f', now + after), 'PX', math.ceil(after / 1000) + 1)
end
return { granted, left, math.max(1, math.ceil((after - window + (left + 1) * each) / 1000)) }`;

/** The part of a key's quota that this process has reserved. */
interface Lease {
  /** Granted and not given away. */
  has: number;
  /** In Redis, when it was asked last. */
  left: number;
  nextMs: number;
  endsAt: number;
  /** Nothing is there before. */
  refusedUntil: number;
  asking: Promise<boolean> | undefined;
}

export interface RedisLimiterOptions {
  readonly server: RedisServer;
  readonly rate: Rate;
  /** For what this process has reserved; the quota goes by Redis's own. */
  readonly clock: Clock;
  /** Told when Redis refuses a command; that it is away is for its client to tell. */
  readonly logger: Pick<Logger, 'error'>;
  /** How long Redis is waited for. Default: 50 ms, then a rest of 1 s. */
  readonly patience?: Patience;
}

/**
 * Counts in Redis for all processes of an installation. Each takes a sixtieth of a quota at once, ahead of need, so that
 * hardly any request waits for Redis; together they never give more than the quota. While Redis does not answer, each
 * counts by itself.
 */
class RedisLimiter implements RateLimiter {
  readonly rate: Rate;
  readonly #server: RedisServer;
  readonly #clock: Clock;
  readonly #alone: RateLimiter;
  readonly #answered: ReturnType<typeof whereItAnswers>;
  readonly #batch: number;
  readonly #leases = new LRUCache<string, Lease>({ max: MOST_KEYS });

  constructor({ server, rate, clock, logger, patience }: RedisLimiterOptions) {
    this.rate = rate;
    this.#server = server;
    this.#clock = clock;
    this.#alone = createMemoryLimiter(rate, clock);
    this.#answered = whereItAnswers(logger, patience);
    this.#batch = Math.max(1, Math.floor(rate.quota / BATCHES));
  }

  take(key: string): Taken | Promise<Taken> {
    const lease = this.#leaseOf(key);
    if (lease.has > 0) {
      lease.has -= 1;
      if (lease.has < this.#batch / 2 && this.#refusal(lease) === undefined) void this.#ask(key, lease);
      return { isAllowed: true, left: lease.has + lease.left, nextMs: lease.nextMs };
    }
    return this.#refusal(lease) ?? this.#takeAfterAsking(key, lease);
  }

  isSpent(key: string): Taken | undefined {
    const lease = this.#leases.peek(key);
    if (!lease || lease.has > 0) return undefined;
    return this.#refusal(lease) ?? this.#alone.isSpent(key);
  }

  async #takeAfterAsking(key: string, lease: Lease): Promise<Taken> {
    const isAnswered = await this.#ask(key, lease);
    return isAnswered ? this.take(key) : this.#alone.take(key);
  }

  #leaseOf(key: string): Lease {
    const now = this.#clock.now().getTime();
    let lease = this.#leases.get(key);
    if (!lease) {
      lease = { has: 0, left: 0, nextMs: 0, endsAt: 0, refusedUntil: 0, asking: undefined };
      this.#leases.set(key, lease);
    }
    if (now > lease.endsAt) lease.has = 0;
    return lease;
  }

  #refusal({ refusedUntil }: Lease): Taken | undefined {
    const nextMs = refusedUntil - this.#clock.now().getTime();
    // A clock that was set back makes nobody wait for longer than a window.
    if (nextMs <= 0 || nextMs > this.rate.windowMs) return undefined;
    return { isAllowed: false, left: 0, nextMs };
  }

  /** Asks for more, once for all who wait; false where Redis does not answer. */
  #ask(key: string, lease: Lease): Promise<boolean> {
    lease.asking ??= this.#refill(key, lease).finally(() => {
      lease.asking = undefined;
    });
    return lease.asking;
  }

  async #refill(key: string, lease: Lease): Promise<boolean> {
    const { name, quota, windowMs } = this.rate;
    const keys = [`{${this.#server.namespace}:rates}:${name}:${key}`];
    const values = [quota, windowMs * 1_000, this.#batch].map(String);
    const isAnswered = await this.#answered(async () => {
      const answer = await this.#server.run((redis) => redis.eval(TAKE, { keys, arguments: values }));
      // Also when nobody waits for it any more: what was granted is this process's to give.
      this.#note(lease, answer as readonly number[]);
      return true;
    });
    return isAnswered ?? false;
  }

  #note(lease: Lease, [granted = 0, left = 0, nextMs = 1]: readonly number[]): void {
    const now = this.#clock.now().getTime();
    lease.has += granted;
    lease.left = left;
    lease.nextMs = nextMs;
    lease.endsAt = now + LEASE_MS;
    lease.refusedUntil = granted === 0 ? now + nextMs : 0;
  }
}

export const createRedisLimiter = (options: RedisLimiterOptions): RateLimiter => new RedisLimiter(options);
