import { isObject } from '../../platform/json/is-object.ts';
import { StartersFault } from '../../platform/process/exit.ts';
import { HASH_PREFIX, idOfText } from './document-id.ts';

/** A document in a manifest. */
export interface ListedDocument {
  /** 1 to 256 UTF-16 units. */
  readonly id: string;
  readonly text: string;
  /** The file that lists it. */
  readonly file: string;
}

/** `PERSISTED_DOCUMENTS` is unusable. */
export class ManifestError extends StartersFault {
  override readonly name = 'ManifestError';

  constructor(problem: string, options?: ErrorOptions) {
    super(`PERSISTED_DOCUMENTS: ${problem}`, options);
  }
}

/** Characters of an id. */
export const LONGEST_DOCUMENT_ID = 256;

const APOLLO = 'apollo-persisted-query-manifest';

type Members = Readonly<Record<string, unknown>>;

function parsed(file: string, text: string): Members {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new ManifestError(`${file} is not JSON.`, { cause });
  }
  if (isObject(json)) return json;
  throw new ManifestError(`${file} is no manifest: it must be a JSON object.`);
}

/** `{ format, version, operations: [{ id, body, name, type }] }` */
function apolloEntries(file: string, { version, operations }: Members): [string, unknown][] {
  if (version !== 1 || !Array.isArray(operations))
    throw new ManifestError(`${file} must be an ${APOLLO} of version 1 with a list of \`operations\`.`);
  return operations.map((operation: unknown, index) => {
    const { id, body } = isObject(operation) ? operation : {};
    if (typeof id === 'string') return [id, body];
    throw new ManifestError(`\`operations[${index}].id\` of ${file} must be a string.`);
  });
}

function listed(file: string, id: string, text: unknown): ListedDocument {
  if (id === '' || id.length > LONGEST_DOCUMENT_ID)
    throw new ManifestError(`an id in ${file} is empty, or longer than ${LONGEST_DOCUMENT_ID} characters.`);
  if (typeof text !== 'string')
    throw new ManifestError(`the document ${JSON.stringify(id)} in ${file} must be a string.`);
  if (id.startsWith(HASH_PREFIX) && id !== idOfText(text))
    throw new ManifestError(`${JSON.stringify(id)} in ${file} is not the SHA-256 of its document.`);
  return { id, text, file };
}

/**
 * Parses a manifest: of Apollo's `generate-persisted-query-manifest`, or `{ id: document }` as written by Relay's
 * compiler, graphql-codegen's client preset and gql.tada.
 * @throws ManifestError
 */
export function documentsOf(file: string, text: string): readonly ListedDocument[] {
  const manifest = parsed(file, text);
  const entries = manifest['format'] === APOLLO ? apolloEntries(file, manifest) : Object.entries(manifest);
  return entries.map(([id, document]) => listed(file, id, document));
}
