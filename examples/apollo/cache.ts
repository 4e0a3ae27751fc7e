import { InMemoryCache } from '@apollo/client';
import { relayStylePagination } from '@apollo/client/utilities';
import generated from './gql/possible-types.ts';

/**
 * Keyed by type and id, which is what Apollo does by itself: a blob's entry in the index (`BlobIndex`) and its content
 * (`ExpandedText`, …) have the same id.
 */
export const createCache = (): InMemoryCache =>
  new InMemoryCache({
    // What can stand where a `Blob` does.
    possibleTypes: generated.possibleTypes,
    typePolicies: {
      Query: { fields: { blobs: relayStylePagination(['filter', 'orderBy']) } },
      BlobIndex: { fields: { derived: relayStylePagination(['processorId']) } },
      Book: { fields: { compiled: relayStylePagination() } },
      Conversation: { fields: { blobs: relayStylePagination() } },
      // Versions of a schema share its id.
      BlobSchema: { keyFields: ['id', 'version'] },
      // Parts of what they stand in: what one query read of them stays when another reads something else.
      UserState: { merge: true },
      Processing: { merge: true },
      ExpandedTextData: { merge: true },
    },
  });
