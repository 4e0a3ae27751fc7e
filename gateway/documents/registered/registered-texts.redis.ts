import type { RedisServer } from '../../../platform/redis/server.ts';
import { textHash } from '../../../platform/serving/graphql/operation.ts';
import { BYTES_OF_USER, bytesOf, type RegisteredTexts } from './registered-texts.ts';

const DAY_MS = 86_400_000;

/** Stores a text unless its user has registered too much today. Returns whether it is stored. */
const PUT = `
if redis.call('PEXPIRE', KEYS[1], ARGV[2]) == 1 then return 1 end
local used = redis.call('INCRBY', KEYS[2], ARGV[3])
if used == tonumber(ARGV[3]) then redis.call('PEXPIRE', KEYS[2], ARGV[2]) end
if used > tonumber(ARGV[4]) then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1`;

/** Keeps texts in Redis until a day after their last use. `bytesOfUser` is a limit per day; default: 2 MiB. */
export class RedisTexts implements RegisteredTexts {
  readonly #server: RedisServer;
  readonly #bytesOfUser: number;

  constructor(server: RedisServer, { bytesOfUser = BYTES_OF_USER } = {}) {
    this.#server = server;
    this.#bytesOfUser = bytesOfUser;
  }

  #key(kind: string, name: string): string {
    // One hash tag, so that a cluster keeps them in one slot, as scripts require.
    return `{${this.#server.namespace}:texts}:${kind}:${name}`;
  }

  async get(hash: string): Promise<string | undefined> {
    const key = this.#key('of', hash);
    const text = await this.#server.run((redis) => redis.getEx(key, { type: 'PX', value: DAY_MS }));
    // Verified, because others may write to this Redis.
    return text !== null && textHash(text) === hash ? text : undefined;
  }

  async put(hash: string, text: string, userId: string): Promise<void> {
    const bytes = bytesOf(text);
    if (bytes > this.#bytesOfUser) return;
    const keys = [this.#key('of', hash), this.#key('bytes', textHash(userId))];
    const values = [text, DAY_MS, bytes, this.#bytesOfUser].map(String);
    await this.#server.run((redis) => redis.eval(PUT, { keys, arguments: values }));
  }
}
