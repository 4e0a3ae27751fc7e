/** SQLSTATEs (class, or whole) and codes of sockets that tell that a server is away, stops or has no room. */
const CODES =
  /^(08...|53...|57P0[1-5]|57014|ECONN(REFUSED|RESET|ABORTED)|ETIMEDOUT|EPIPE|E(HOST|NET)UNREACH|ENOTFOUND|EAI_AGAIN)$/;

/** Errors of the event log, of objects, of Redis and of MongoDB's driver (7) that tell the same. */
const NAMES =
  /^(EventLogUnavailable|ObjectStoreUnavailable|RedisUnavailable|PoolClearedOnNetworkError|Mongo(Network|NetworkTimeout|ServerSelection|PoolCleared|PoolClosed|WaitQueueTimeout|NotConnected|TopologyClosed|ClientClosed)Error)$/;

/**
 * Codes of a MongoDB server that has lost its majority or its place as the primary, is shutting down or out of time:
 * those that its drivers try again for, MaxTimeMSExpired (50) and WriteConcernTimeout (64).
 */
const MONGO_CODES: ReadonlySet<unknown> = new Set([
  6, 7, 50, 64, 89, 91, 189, 262, 9001, 10107, 11600, 11602, 13435, 13436,
]);

/** Errors of PostgreSQL's driver (`pg` 8) without a code. */
const MESSAGES = /^(timeout exceeded when trying to connect|Connection terminated|Query read timeout)/;

/** Whether an error tells that a store or the event log is out of reach for now: later, the same may succeed. */
export function isUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code } = error as { code?: unknown };
  return (
    (typeof code === 'string' && CODES.test(code)) ||
    (/^Mongo/.test(error.name) && MONGO_CODES.has(code)) ||
    NAMES.test(error.name) ||
    MESSAGES.test(error.message)
  );
}

/** The answer to clients then. */
export const STORE_UNAVAILABLE = {
  code: 'SERVICE_UNAVAILABLE',
  message: 'A store is out of reach. Try again later.',
} as const;
