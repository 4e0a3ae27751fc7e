import type { ApolloCache, ApolloClient } from '@apollo/client';
import { map, type Observable } from 'rxjs';
import type { ChangesSubscription } from './gql/graphql.ts';
import { graphql } from './gql/index.ts';

const ROW = graphql(`
  fragment Row on BlobIndex {
    id
    version
    type
    title
    processing { state runs { processorId state progress error { code message } } }
  }
`);

/** A list of which more is shown when it is asked for: `fetchMore({ variables: { after: endCursor } })`. */
export const BLOBS = graphql(`
  query Blobs($first: Int = 20, $after: String) {
    blobs(first: $first, after: $after) {
      liveCursor
      edges { cursor node { ...Row } }
      pageInfo { hasNextPage endCursor }
    }
  }
`);

/** An entry and the content of the same id, and what was made of it, page by page. */
export const BLOB = graphql(`
  query Blob($id: ID!, $first: Int = 20, $after: String) {
    blob(id: $id) {
      ...Row
      createdAt
      schema { id version }
      content { __typename id ... on UserBlob { body } ... on ExpandedText { createdAt data { expanded } } }
      derived(first: $first, after: $after) {
        edges { cursor node { ...Row } }
        pageInfo { hasNextPage endCursor }
      }
    }
  }
`);

/** Sent again with the same `idempotencyKey`, it is stored once. */
export const CREATE = graphql(`
  mutation Create($input: CreateBlobInput!) {
    createBlob(input: $input) { blob { ...Row } userErrors { field code message } }
  }
`);

/** Two versions of a schema: each is an object of its own. */
export const SCHEMA = graphql(`
  query Schema($id: ID!, $version: String!) {
    newest: schema(id: $id) { id version versions }
    older: schema(id: $id, version: $version) { id version versions }
  }
`);

const CHANGES = graphql(`
  subscription Changes($after: String) {
    blobChanged(after: $after) { cursor kind blobId version blob { ...Row } }
  }
`);

export type Change = ChangesSubscription['blobChanged'];

/** Brings the cached list up to date. What it shows already, or something newer, stays. */
export function applyChange(cache: ApolloCache, { kind, blobId, version, blob }: Change): void {
  const id = cache.identify({ __typename: 'BlobIndex', id: blobId });
  if (kind === 'DELETED') {
    cache.evict({ ...(id !== undefined && { id }) });
    cache.gc();
    return;
  }
  const known = cache.readFragment({
    fragment: ROW,
    fragmentName: 'Row',
    from: { __typename: 'BlobIndex', id: blobId },
  });
  if (!blob || (known && known.version >= version)) return;
  cache.writeFragment({ fragment: ROW, fragmentName: 'Row', data: blob });
  cache.updateQuery({ query: BLOBS }, (list) => {
    if (!list || list.blobs.edges.some(({ node }) => node.id === blobId)) return undefined;
    const edge = { __typename: 'BlobIndexEdge' as const, cursor: '', node: blob };
    return { ...list, blobs: { ...list.blobs, edges: [edge, ...list.blobs.edges] } };
  });
}

/**
 * Reads the list, and keeps it up to date in the cache for as long as what is answered is subscribed to. It tells of each
 * change once; when it ends with an error, do it again.
 */
export async function followBlobs(client: ApolloClient): Promise<Observable<Change>> {
  const { data, error } = await client.query({ query: BLOBS, fetchPolicy: 'network-only' });
  if (!data?.blobs) throw error ?? new Error('The list could not be read');
  // Of the first page: what came after that has been read is told, whatever pages are read later.
  const after = data.blobs.liveCursor;
  // `applyChange` writes what is new into the cache, and nothing else.
  return client.subscribe({ query: CHANGES, variables: { after }, fetchPolicy: 'no-cache' }).pipe(
    map(({ data: change, error: fault }) => {
      if (!change) throw fault ?? new Error('The subscription failed');
      applyChange(client.cache, change.blobChanged);
      return change.blobChanged;
    }),
  );
}
