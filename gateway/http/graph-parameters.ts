import { membersOfBody, membersOfSearch, objectAt } from '../../platform/serving/graphql/parameters.ts';
import { type NamedDocument, namedDocumentOf } from '../documents/named-document.ts';

/** The parameters of a request (GraphQL over HTTP, draft, 5.1). */
export interface Parameters extends NamedDocument {
  /** Not coerced; `{}` when absent or null. */
  readonly variables: Readonly<Record<string, unknown>>;
}

/** The parameters of a POST's body, parsed from JSON. @throws BlobgraphError BAD_REQUEST, naming the member */
export function parametersOf(body: unknown): Parameters {
  const members = membersOfBody(body);
  return { ...namedDocumentOf(members), variables: objectAt(members, 'variables') ?? {} };
}

/** The parameters of a GET's query string. @throws BlobgraphError BAD_REQUEST, VALIDATION_FAILED, naming the parameter */
export const parametersOfSearch = (search: unknown): Parameters => parametersOf(membersOfSearch(search));
