import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { BlobgraphError, InputErrors, isErrorCode, shortMessage } from '../../errors/errors.ts';
import { isUnavailable, STORE_UNAVAILABLE } from '../../errors/unavailable.ts';
import type { Logger } from '../../telemetry/logger.ts';
import { currentTrace } from '../../telemetry/trace.ts';

const TOO_MANY_TOKENS = /^Syntax Error: Document contains more tha[nt] \d+ tokens/;

function codeOf({ code }: { code?: unknown }, message: string): unknown {
  // The parser stops counting by a syntax error, though it is none.
  if (code === 'GRAPHQL_PARSE_FAILED' && TOO_MANY_TOKENS.test(message)) return 'QUERY_TOO_COMPLEX';
  return code;
}

const unwrap = (error: unknown): unknown =>
  error instanceof GraphQLError ? (error.originalError ?? error) : error;

/** Our own error's extensions; undefined for all others, which keep those of GraphQL. */
function ownExtensions(error: unknown): Record<string, unknown> | undefined {
  const [first] =
    error instanceof InputErrors ? error.errors : error instanceof BlobgraphError ? [error] : [];
  return first && { code: first.code, field: first.field };
}

/** An error as the client sees it: message, path and a code of the table; the rest goes to the log. */
export function formatGraphQLError(
  formatted: GraphQLFormattedError,
  error: unknown,
  logger: Logger,
): GraphQLFormattedError {
  const cause = unwrap(error);
  const given = ownExtensions(cause) ?? formatted.extensions ?? {};
  const code = codeOf(given, formatted.message);
  const requestId = currentTrace()?.requestId;
  const place = {
    ...(formatted.locations ? { locations: formatted.locations } : {}),
    ...(formatted.path ? { path: formatted.path } : {}),
  };
  if (isUnavailable(cause)) {
    const { message, code } = STORE_UNAVAILABLE;
    logger.warn({ err: cause, requestId }, 'a store is out of reach');
    return { message, ...place, extensions: { code, requestId } };
  }
  if (!isErrorCode(code) || code === 'INTERNAL') {
    logger.error({ err: cause, requestId }, 'operation failed');
    const extensions = { code: 'INTERNAL', requestId };
    return { message: 'Something went wrong on our side.', ...place, extensions };
  }
  const { field, service } = given as { field?: string; service?: string };
  const extensions = { code, ...(field ? { field } : {}), ...(service ? { service } : {}), requestId };
  return { message: shortMessage(formatted.message), ...place, extensions };
}
