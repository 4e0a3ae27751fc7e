import type { RedisServer } from '../../redis/server.ts';
import { bounded } from '../../time/bounded.ts';
import { keptIn, keptText, type SupergraphKeep } from './kept.ts';

/** A start does not wait longer for a Redis that is away. */
const READ_WITHIN_MS = 1_000;

/** Keeps it in Redis, for replicas and for containers whose folder goes with them. */
export function redisKeep(server: RedisServer, name: string): SupergraphKeep {
  const key = `{${server.namespace}:supergraph}:${name}`;
  return {
    async load() {
      const reading = server.run((redis) => redis.get(key));
      const text = await bounded('Reading the kept supergraph', READ_WITHIN_MS, reading);
      return text === null ? undefined : keptIn(text);
    },
    async keep(supergraph) {
      await server.run((redis) => redis.set(key, keptText(supergraph)));
    },
  };
}
