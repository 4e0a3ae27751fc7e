import { BlobgraphError } from '../../platform/errors/errors.ts';
import { textHash } from '../../platform/serving/graphql/operation.ts';
import { badRequest } from '../../platform/serving/graphql/parameters.ts';
import type { Operation } from '../operations/operation.ts';
import type { Operations } from '../operations/operations.ts';
import { HASH_PREFIX, hashIn } from './document-id.ts';
import { ListedDocuments } from './listed-documents.ts';
import { HASH_FIELD, type NamedDocument } from './named-document.ts';
import type { RegisteredTexts } from './registered/registered-texts.ts';

/** The caller, as far as documents matter. */
export interface DocumentUser {
  /** Texts that they register count against this user's share. */
  readonly userId: string;
  /** Whether they may run unlisted documents where only listed ones are allowed. */
  readonly mayRunAny: boolean;
}

/** Finds the documents that requests name, by text, id or hash. */
export interface Documents<Context> {
  /**
   * The operation that a request names, validated.
   * @throws BlobgraphError BAD_REQUEST, PERSISTED_QUERY_NOT_FOUND, PERSISTED_DOCUMENT_NOT_FOUND, DOCUMENT_NOT_LISTED;
   * OperationRefused
   */
  find(named: NamedDocument, user: DocumentUser): Promise<Operation<Context>>;
}

export interface DocumentsOptions<Context> {
  readonly operations: Pick<Operations<Context>, 'find'>;
  /** Default: none. */
  readonly listed?: ListedDocuments;
  /** Whether only listed documents may be run. Default: false. */
  readonly listedOnly?: boolean;
  /** Failures to store a text are ignored. */
  readonly registered: RegisteredTexts;
}

/**
 * The hash that a request sends with a text, to register it.
 * @throws BlobgraphError BAD_REQUEST when it does not match the text
 */
function hashBeside({ query = '', documentId, persistedQuery }: NamedDocument): string | undefined {
  if (documentId === undefined && persistedQuery === undefined) return undefined;
  const hash = textHash(query);
  if (persistedQuery !== undefined && persistedQuery !== hash)
    throw badRequest(`\`${HASH_FIELD}\` is not the SHA-256 of \`query\`.`, HASH_FIELD);
  if (documentId !== undefined && documentId !== HASH_PREFIX + hash) {
    const message = `\`documentId\` is not \`${HASH_PREFIX}\` and the SHA-256 of \`query\`: send only one of them.`;
    throw badRequest(message, 'documentId');
  }
  return hash;
}

const notListed = () =>
  new BlobgraphError('DOCUMENT_NOT_LISTED', 'Only documents that the operator has listed may be run here.');

// Some clients recognise the error by this message.
const notRegistered = () => new BlobgraphError('PERSISTED_QUERY_NOT_FOUND', 'PersistedQueryNotFound');

const notFound = () =>
  new BlobgraphError('PERSISTED_DOCUMENT_NOT_FOUND', 'There is no document of this `documentId` here.', {
    field: 'documentId',
  });

export function createDocuments<Context>(options: DocumentsOptions<Context>): Documents<Context> {
  const { operations, listed = new ListedDocuments(), listedOnly = false, registered } = options;

  function ofText(named: NamedDocument & { query: string }, user: DocumentUser): Operation<Context> {
    const { query, operationName } = named;
    if (listedOnly && !user.mayRunAny && !listed.has(query)) throw notListed();
    const operation = operations.find(query, operationName);
    const hash = hashBeside(named);
    // A failure only costs later requests, which send the text again.
    if (hash !== undefined) registered.put(hash, query, user.userId).catch(() => undefined);
    return operation;
  }

  /** The text for an id or hash. */
  async function textOf(id: string, user: DocumentUser): Promise<string | undefined> {
    const text = listed.textOf(id);
    if (text !== undefined) return text;
    if (listedOnly && !user.mayRunAny) throw notListed();
    const hash = hashIn(id);
    return hash === undefined ? undefined : registered.get(hash);
  }

  return {
    async find(named, user) {
      const { query, documentId, persistedQuery, operationName } = named;
      if (query !== undefined) return ofText({ ...named, query }, user);
      if (documentId !== undefined && persistedQuery !== undefined && hashIn(documentId) !== persistedQuery)
        throw badRequest(`\`documentId\` and \`${HASH_FIELD}\` name two documents: send one.`, 'documentId');
      const text = await textOf(documentId ?? persistedQuery ?? '', user);
      if (text !== undefined) return operations.find(text, operationName);
      throw documentId === undefined ? notRegistered() : notFound();
    },
  };
}
