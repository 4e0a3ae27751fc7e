import { BlobgraphError } from '../../errors/errors.ts';
import { parseJson } from '../../json/exact.ts';
import { assertParsable } from '../../json/extent.ts';
import { isObject } from '../../json/is-object.ts';

/** Parameters of a request as they came: members of a body, or of a query string. */
export type Members = Readonly<Record<string, unknown>>;

export const badRequest = (message: string, field?: string): BlobgraphError =>
  new BlobgraphError('BAD_REQUEST', message, field === undefined ? {} : { field });

/** @throws BlobgraphError BAD_REQUEST when the member is no string; undefined when it is absent or null */
export function stringAt(members: Members, name: string): string | undefined {
  const value = members[name] ?? undefined;
  if (value === undefined || typeof value === 'string') return value;
  throw badRequest(`\`${name}\` must be a string.`, name);
}

/** @throws BlobgraphError BAD_REQUEST when the member is no object; undefined when it is absent or null */
export function objectAt(members: Members, name: string): Members | undefined {
  const value = members[name] ?? undefined;
  if (value === undefined || isObject(value)) return value;
  throw badRequest(`\`${name}\` must be an object.`, name);
}

/** @throws BlobgraphError BAD_REQUEST when it is empty: it cannot name an operation; undefined when it is absent or null */
export function operationNameOf(members: Members): string | undefined {
  const name = stringAt(members, 'operationName');
  if (name !== '') return name;
  const message = '`operationName` must be the name of an operation: leave it out where there is only one.';
  throw badRequest(message, 'operationName');
}

/** @throws BlobgraphError BAD_REQUEST: no operation is named */
export const noOperation = (): BlobgraphError =>
  badRequest('`query` is missing: send the operation as a string.', 'query');

/** The members of a POST's body, parsed from JSON. @throws BlobgraphError BAD_REQUEST */
export function membersOfBody(body: unknown): Members {
  if (Array.isArray(body))
    throw badRequest('Batches are not supported: the body must be one operation. Send each separately.');
  if (!isObject(body)) throw badRequest('The body must be a JSON object with the operation as `query`.');
  return body;
}

function jsonAt(search: Members, name: string): unknown {
  const text = stringAt(search, name);
  if (!text) return undefined;
  try {
    assertParsable(text);
    return parseJson(text);
  } catch (cause) {
    if (cause instanceof BlobgraphError) throw cause;
    throw new BlobgraphError('BAD_REQUEST', `\`${name}\` must be JSON.`, { field: name, cause });
  }
}

/** The parameters of a GET's query string, as members of a body. @throws BlobgraphError BAD_REQUEST, VALIDATION_FAILED, naming the parameter */
export function membersOfSearch(search: unknown): Members {
  const members = isObject(search) ? search : {};
  const { query, documentId, operationName } = members;
  const parsed = { variables: jsonAt(members, 'variables'), extensions: jsonAt(members, 'extensions') };
  // HTML forms also send the parameters that were left empty.
  return { query, documentId, operationName: operationName || undefined, ...parsed };
}
