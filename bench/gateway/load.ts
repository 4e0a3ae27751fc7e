import { Pool } from 'undici';
import { developmentKeys } from '../../platform/identity/keys/development-keys.ts';
import { signDevelopmentToken } from '../../platform/identity/users/user-tokens.ts';
import { systemClock } from '../../platform/time/clock.ts';

/** A client that sends one operation to a gateway, over persistent connections. */
export interface Load {
  /**
   * Sends one request.
   * @returns the answer's text
   * @throws when it has errors
   */
  once(): Promise<string>;
  /** Keeps `concurrency` requests in flight until `until` returns true. @throws when an answer has errors */
  run(options: { concurrency: number; until: (answers: number) => boolean }): Promise<Sent>;
  close(): Promise<void>;
}

export interface Sent {
  readonly answers: number;
  /** Duration of the run. */
  readonly ms: number;
  /** Latency of each request in milliseconds. */
  readonly latencies: number[];
}

export interface Operation {
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
}

/** Headers of a request. `user`: number of the user. */
export type Headers = (user: number) => Readonly<Record<string, string>>;

/** Maximum concurrency. */
const MOST_AT_ONCE = 64;

let requests = 0;

/** Headers by which no two requests can share work: concurrent ones have different users, and each has its own id. */
export async function usersOf(dataDir: string): Promise<Headers> {
  const key = await developmentKeys(dataDir).userKey();
  const authorizations = await Promise.all(
    Array.from({ length: MOST_AT_ONCE }, async (_, user) => {
      const viewer = { userId: `reader-${user}`, roles: [] };
      return `Bearer ${await signDevelopmentToken({ key, viewer, clock: systemClock })}`;
    }),
  );
  return (user) => {
    requests += 1;
    return { authorization: authorizations[user] ?? '', 'x-request-id': `bench-${requests}` };
  };
}

export function createLoad(endpoint: string, body: string, headers: Headers): Load {
  const { origin, pathname } = new URL(endpoint);
  const pool = new Pool(origin, { connections: MOST_AT_ONCE, keepAliveTimeout: 600_000 });
  async function send(user: number): Promise<string> {
    const answer = await pool.request({
      method: 'POST',
      path: pathname,
      headers: { ...headers(user), 'content-type': 'application/json' },
      body,
    });
    const text = await answer.body.text();
    if (answer.statusCode === 200 && text.startsWith('{"data":{') && !text.includes('"errors":')) return text;
    throw new Error(`${endpoint} answered ${answer.statusCode}: ${text.slice(0, 1_000)}`);
  }
  async function run({ concurrency, until }: Parameters<Load['run']>[0]): Promise<Sent> {
    const latencies: number[] = [];
    const startedAt = performance.now();
    const work = async (user: number) => {
      do {
        const sentAt = performance.now();
        await send(user);
        latencies.push(performance.now() - sentAt);
      } while (!until(latencies.length));
    };
    await Promise.all(Array.from({ length: concurrency }, (_, user) => work(user)));
    return { answers: latencies.length, ms: performance.now() - startedAt, latencies };
  }
  return { once: () => send(0), run, close: () => pool.close() };
}

export const bodyOf = (operation: Operation): string => JSON.stringify(operation);

/** A condition for {@link Load.run} that is true after `ms` milliseconds. */
export function forMs(ms: number): () => boolean {
  const end = performance.now() + ms;
  return () => performance.now() >= end;
}
