import {
  badRequest,
  type Members,
  noOperation,
  objectAt,
  operationNameOf,
  stringAt,
} from '../../platform/serving/graphql/parameters.ts';
import { LONGEST_DOCUMENT_ID } from './persisted-manifest.ts';

/** How a request names the document to run: by at least one of `query`, `documentId` and `persistedQuery`. */
export interface NamedDocument {
  /** Undefined when it is absent, null or empty. */
  readonly query: string | undefined;
  /** GraphQL over HTTP, draft, appendix A. */
  readonly documentId: string | undefined;
  /**
   * `extensions.persistedQuery.sha256Hash`, as Apollo's clients send it: the text's SHA-256, or an id of the operator's
   * manifest.
   */
  readonly persistedQuery: string | undefined;
  /** Undefined: the document's only operation. */
  readonly operationName: string | undefined;
}

const PERSISTED = 'extensions.persistedQuery';
export const HASH_FIELD = `${PERSISTED}.sha256Hash`;

const isId = (value: unknown): value is string =>
  typeof value === 'string' && value !== '' && value.length <= LONGEST_DOCUMENT_ID;

/** The hash or id in `extensions.persistedQuery`: `{ version: 1, sha256Hash }`. */
function persistedQueryOf(extensions: Members | undefined): string | undefined {
  const persisted = extensions && objectAt(extensions, 'persistedQuery');
  if (!persisted) return undefined;
  const { version, sha256Hash } = persisted;
  if (version !== 1) throw badRequest(`\`${PERSISTED}.version\` must be 1.`, `${PERSISTED}.version`);
  if (isId(sha256Hash)) return sha256Hash;
  const message = `\`${HASH_FIELD}\` must be the text's SHA-256 in 64 lower-case hexadecimal digits, or the id of a listed document.`;
  throw badRequest(message, HASH_FIELD);
}

function documentIdOf(members: Members): string | undefined {
  const id = stringAt(members, 'documentId') || undefined;
  if (id === undefined || isId(id)) return id;
  throw badRequest(
    `\`documentId\` has at most ${LONGEST_DOCUMENT_ID} characters. Send the operation as \`query\`.`,
    'documentId',
  );
}

/** @throws BlobgraphError BAD_REQUEST, naming the member */
export function namedDocumentOf(members: Members): NamedDocument {
  const named = {
    query: stringAt(members, 'query') || undefined,
    documentId: documentIdOf(members),
    persistedQuery: persistedQueryOf(objectAt(members, 'extensions')),
    operationName: operationNameOf(members),
  };
  if (named.query ?? named.documentId ?? named.persistedQuery) return named;
  throw noOperation();
}
