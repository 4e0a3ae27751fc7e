import { errorTable } from './error-table.ts';

export { errorTable } from './error-table.ts';
export { shortMessage } from './short-message.ts';

/** A code of the table of errors. */
export type ErrorCode = keyof typeof errorTable;

/** Something in the input that the caller can mend, as mutations answer it. */
export interface UserError {
  /** Path of the input's field, e.g. `data.metadata.chapter_num`; null when it is about no single one. */
  readonly field: string | null;
  readonly code: ErrorCode;
  readonly message: string;
}

/** An error that the client may see as it is: code, message and field hold no secret and no internals. */
export class BlobgraphError extends Error {
  override readonly name = 'BlobgraphError';
  readonly code: ErrorCode;
  readonly field: string | null;

  constructor(code: ErrorCode, message: string, options: { field?: string | null; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.field = options.field ?? null;
  }
}

/** Several mistakes in one input, each the client's to mend. */
export class InputErrors extends Error {
  override readonly name = 'InputErrors';
  readonly errors: readonly UserError[];

  constructor(errors: readonly UserError[]) {
    super(errors.map((error) => error.message).join('\n'));
    this.errors = errors;
  }
}

/** True when `code` is one of the table. */
export const isErrorCode = (code: unknown): code is ErrorCode =>
  typeof code === 'string' && Object.hasOwn(errorTable, code);

/** The HTTP status of a code; 500 of one that is not in the table. */
export const statusOf = (code: unknown): number => (isErrorCode(code) ? errorTable[code].status : 500);

const PASSING: ReadonlySet<ErrorCode> = new Set([
  'SERVICE_UNAVAILABLE',
  'SUBGRAPH_UNAVAILABLE',
  'DEADLINE_EXCEEDED',
  'OVERLOADED',
]);

/** True when `error` tells of services or stores that are away or busy: later, the same may succeed. */
export const isPassing = (error: unknown): boolean =>
  error instanceof BlobgraphError && PASSING.has(error.code);

/** The mistakes that `error` tells of, for a payload's `userErrors`. @throws `error` itself when it is none of the input */
export function toUserErrors(error: unknown): readonly UserError[] {
  if (error instanceof InputErrors) return error.errors;
  if (
    error instanceof BlobgraphError &&
    errorTable[error.code].status < 500 &&
    error.code !== 'UNAUTHENTICATED'
  ) {
    return [{ field: error.field, code: error.code, message: error.message }];
  }
  throw error;
}
