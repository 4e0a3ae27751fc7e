import { BlobgraphError } from '../../platform/errors.ts';
import { parseJson } from '../../platform/json/exact.ts';

/** The operation that a request asks for (GraphQL over HTTP, draft, 5.1). */
export interface Parameters {
  /** Absent when the operation is named by its hash alone. */
  readonly query: string | undefined;
  readonly operationName: string | undefined;
  readonly variables: Readonly<Record<string, unknown>>;
  /** SHA-256 of the document's text, in hexadecimal digits, of an automatic persisted query. */
  readonly hash: string | undefined;
}

type Members = Readonly<Record<string, unknown>>;

const badRequest = (message: string, field?: string): BlobgraphError =>
  new BlobgraphError('BAD_REQUEST', message, field === undefined ? {} : { field });

const isObject = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function stringAt(members: Members, name: string): string | undefined {
  const value = members[name] ?? undefined;
  if (value === undefined || typeof value === 'string') return value;
  throw badRequest(`\`${name}\` must be a string.`, name);
}

function objectAt(members: Members, name: string): Members | undefined {
  const value = members[name] ?? undefined;
  if (value === undefined || isObject(value)) return value;
  throw badRequest(`\`${name}\` must be an object.`, name);
}

const SHA_256 = /^[0-9a-f]{64}$/;
const PERSISTED = 'extensions.persistedQuery';

/** The hash of a persisted query as Apollo's clients name it: `{ version: 1, sha256Hash }`. */
function hashOf(extensions: Members | undefined): string | undefined {
  const persisted = extensions && objectAt(extensions, 'persistedQuery');
  if (!persisted) return undefined;
  const { version, sha256Hash } = persisted;
  if (version !== 1) throw badRequest(`\`${PERSISTED}.version\` must be 1.`, `${PERSISTED}.version`);
  if (typeof sha256Hash === 'string' && SHA_256.test(sha256Hash)) return sha256Hash;
  const field = `${PERSISTED}.sha256Hash`;
  throw badRequest(`\`${field}\` must be the text's SHA-256 in 64 lower-case hexadecimal digits.`, field);
}

/** The parameters of a POST's body, parsed from JSON. @throws BlobgraphError BAD_REQUEST, naming the member */
export function parametersOf(body: unknown): Parameters {
  if (Array.isArray(body))
    throw badRequest('Batches are not served: the body must be one operation. Send each by itself.');
  if (!isObject(body)) throw badRequest('The body must be a JSON object with the operation as `query`.');
  const query = stringAt(body, 'query');
  const hash = hashOf(objectAt(body, 'extensions'));
  if (!query && !hash) throw badRequest('`query` is missing: send the operation as a string.', 'query');
  return {
    query: query || undefined,
    operationName: stringAt(body, 'operationName') || undefined,
    variables: objectAt(body, 'variables') ?? {},
    hash,
  };
}

function jsonAt(search: Members, name: string): unknown {
  const text = stringAt(search, name);
  if (!text) return undefined;
  try {
    return parseJson(text);
  } catch (cause) {
    if (cause instanceof BlobgraphError) throw cause;
    throw new BlobgraphError('BAD_REQUEST', `\`${name}\` must be JSON.`, { field: name, cause });
  }
}

/** The parameters of a GET's query string. @throws BlobgraphError BAD_REQUEST, VALIDATION_FAILED, naming the parameter */
export const parametersOfSearch = (search: unknown): Parameters => {
  const members = isObject(search) ? search : {};
  const { query, operationName } = members;
  const parsed = { variables: jsonAt(members, 'variables'), extensions: jsonAt(members, 'extensions') };
  return parametersOf({ query, operationName, ...parsed });
};
