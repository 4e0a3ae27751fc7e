/** SQLSTATEs (class, or whole) and codes of sockets that tell that a server is away, stops or has no room. */
const CODES =
  /^(08...|53...|57P0[1-5]|57014|ECONN(REFUSED|RESET|ABORTED)|ETIMEDOUT|EPIPE|E(HOST|NET)UNREACH|ENOTFOUND|EAI_AGAIN)$/;

/** Errors of the event log and of MongoDB's driver (7) that tell the same. */
const NAMES =
  /^(EventLogUnavailable|Mongo(Network|NetworkTimeout|ServerSelection|PoolCleared|WaitQueueTimeout|NotConnected|TopologyClosed|ClientClosed)Error)$/;

/** What PostgreSQL's driver (`pg` 8) says, without a code. */
const MESSAGES = /^(timeout exceeded when trying to connect|Connection terminated|Query read timeout)/;

/** Whether an error tells that a store or the event log is out of reach for now: later, the same may succeed. */
export function isUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code } = error as { code?: unknown };
  return (
    (typeof code === 'string' && CODES.test(code)) || NAMES.test(error.name) || MESSAGES.test(error.message)
  );
}

/** What the client is told then. */
export const STORE_UNAVAILABLE = {
  code: 'SERVICE_UNAVAILABLE',
  message: 'A store is out of reach. Try again later.',
} as const;
