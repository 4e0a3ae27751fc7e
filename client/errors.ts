/** An error of an answer, as GraphQL has it. */
export interface Fault {
  readonly message: string;
  readonly path?: readonly (string | number)[] | undefined;
  readonly extensions?: { readonly code?: unknown; readonly requestId?: unknown } | undefined;
}

/** Seconds until then, of a header that says seconds or a date. Undefined for what is neither. */
function secondsIn(retryAfter: string): number | undefined {
  const seconds = Number(retryAfter);
  if (Number.isFinite(seconds)) return Math.max(0, seconds);
  const ms = Date.parse(retryAfter) - Date.now();
  return Number.isNaN(ms) ? undefined : Math.max(0, ms / 1_000);
}

export interface GraphErrorOptions extends ErrorOptions {
  readonly status?: number | undefined;
  readonly headers?: Headers | undefined;
}

/** An operation was refused, a subscription ended, or nothing that is GraphQL came. */
export class GraphError extends Error {
  override readonly name = 'GraphError';
  /** One of docs/errors.md; undefined where no graph answered. */
  readonly code: string | undefined;
  /** HTTP's; undefined where nobody answered, and over WebSocket. */
  readonly status: number | undefined;
  /** The request's id, which the server's log has too. */
  readonly requestId: string | undefined;
  /** When to try again, where the server says so. */
  readonly retryAfterSeconds: number | undefined;

  constructor(faults: readonly Fault[], options: GraphErrorOptions = {}) {
    super(faults.map(({ message }) => message).join('\n'), options);
    const [extensions] = faults.map((fault) => fault.extensions);
    this.code = typeof extensions?.code === 'string' ? extensions.code : undefined;
    const { headers, status } = options;
    this.status = status;
    const requestId = extensions?.requestId ?? headers?.get('x-request-id');
    this.requestId = typeof requestId === 'string' ? requestId : undefined;
    const seconds = headers?.get('retry-after');
    this.retryAfterSeconds = seconds == null ? undefined : secondsIn(seconds);
  }
}

/** An error that the user can mend: `field` is the input's. */
export interface UserError {
  readonly field: string | null;
  readonly code: string;
  readonly message: string;
}

/** A mutation's input was refused, and nothing done. */
export class InputError extends Error {
  override readonly name = 'InputError';
  readonly userErrors: readonly UserError[];

  constructor(userErrors: readonly UserError[]) {
    super(userErrors.map(({ field, message }) => (field ? `${field}: ${message}` : message)).join('\n'));
    this.userErrors = userErrors;
  }
}

/** Codes of what passes by itself: the same may be sent again after a moment. */
const PASSING = new Set([
  'DEADLINE_EXCEEDED',
  'OVERLOADED',
  'RATE_LIMITED',
  'SERVICE_UNAVAILABLE',
  'SUBGRAPH_UNAVAILABLE',
]);

/** Codes that end a subscription which can only be begun anew: read afresh, then subscribe after the new `liveCursor`. */
const BEGUN_ANEW = new Set(['CURSOR_EXPIRED', 'SLOW_CONSUMER']);

/** A proxy, or the server of something else: what it answers is no error of the graph. */
const mayPass = (status: number | undefined): boolean =>
  status === undefined || status === 408 || status === 429 || status >= 500;

/** Whether nobody answered, or the server has too much to do: what is safe to repeat may be sent again. */
export const isPassing = (error: unknown): boolean =>
  error instanceof GraphError && (error.code === undefined ? mayPass(error.status) : PASSING.has(error.code));

/** Whether a subscription that ended with this goes on from a new snapshot. */
export const isBegunAnew = (error: unknown): boolean =>
  isPassing(error) || (error instanceof GraphError && BEGUN_ANEW.has(error.code ?? ''));
