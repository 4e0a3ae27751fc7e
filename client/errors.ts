/** What the graph says is wrong, as GraphQL has it. */
export interface Fault {
  readonly message: string;
  readonly path?: readonly (string | number)[] | undefined;
  readonly extensions?: { readonly code?: unknown; readonly requestId?: unknown } | undefined;
}

/** An operation was refused, a subscription ended, or nothing that is GraphQL came. */
export class GraphError extends Error {
  override readonly name = 'GraphError';
  /** One of docs/errors.md; undefined where no graph answered. */
  readonly code: string | undefined;
  /** The request's id, which the server's log has too. */
  readonly requestId: string | undefined;
  /** When to try again, where the server says so. */
  readonly retryAfterSeconds: number | undefined;

  constructor(faults: readonly Fault[], options: ErrorOptions & { readonly headers?: Headers } = {}) {
    super(faults.map(({ message }) => message).join('\n'), options);
    const [extensions] = faults.map((fault) => fault.extensions);
    this.code = typeof extensions?.code === 'string' ? extensions.code : undefined;
    const { headers } = options;
    const requestId = extensions?.requestId ?? headers?.get('x-request-id');
    this.requestId = typeof requestId === 'string' ? requestId : undefined;
    const seconds = headers?.get('retry-after');
    this.retryAfterSeconds = seconds == null ? undefined : Number(seconds);
  }
}

/** What a user can mend: `field` is the input's. */
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

const codeOf = (error: unknown): string | undefined => (error instanceof GraphError ? error.code : undefined);

/** Whether nobody answered, or the server has too much to do: what is safe to repeat may be sent again. */
export const isPassing = (error: unknown): boolean =>
  error instanceof GraphError && (error.code === undefined || PASSING.has(error.code));

/** Whether a subscription that ended with this goes on from a new snapshot. */
export const isBegunAnew = (error: unknown): boolean =>
  isPassing(error) || BEGUN_ANEW.has(codeOf(error) ?? '');
