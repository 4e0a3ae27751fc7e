import type { Client, CombinedError } from '@urql/core';
import type { UpdateResolver } from '@urql/exchange-graphcache';
import type { ResultOf } from 'gql.tada';
import { graphql } from './graphql.ts';

const Row = graphql(`
  fragment Row on BlobIndex {
    id
    version
    type
    title
    processing { state runs { processorId state progress error { code message } } }
  }
`);

/** A list. With `after`, what is answered is all pages up to that one. */
export const Blobs = graphql(
  `
    query Blobs($first: Int = 20, $after: String) {
      blobs(first: $first, after: $after) {
        liveCursor
        edges { cursor node { ...Row } }
        pageInfo { hasNextPage endCursor }
      }
    }
  `,
  [Row],
);

/** An entry and the content of the same id, and what was made of it, page by page. */
export const Blob = graphql(
  `
    query Blob($id: ID!, $first: Int = 20, $after: String) {
      blob(id: $id) {
        ...Row
        createdAt
        content { __typename id ... on UserBlob { body } ... on ExpandedText { createdAt data { expanded } } }
        derived(first: $first, after: $after) {
          edges { cursor node { ...Row } }
          pageInfo { hasNextPage endCursor }
        }
      }
    }
  `,
  [Row],
);

/** Two versions of a schema: each is an object of its own. */
export const Schema = graphql(`
  query Schema($id: ID!, $version: String!) {
    newest: schema(id: $id) { id version versions }
    older: schema(id: $id, version: $version) { id version versions }
  }
`);

const Changes = graphql(
  `
    subscription Changes($after: String) {
      blobChanged(after: $after) { cursor kind blobId version blob { ...Row } }
    }
  `,
  [Row],
);

export type Change = ResultOf<typeof Changes>['blobChanged'];

/** Brings the cached list up to date. What a blob has become, the cache takes from the change by itself. */
export const applyChange: UpdateResolver = (result, _args, cache) => {
  const { kind, blobId, blob } = (result as unknown as ResultOf<typeof Changes>).blobChanged;
  cache.updateQuery({ query: Blobs, variables: {} }, (list) => {
    if (!list) return list;
    const { edges } = list.blobs;
    const others = edges.filter(({ node }) => node.id !== blobId);
    const isNew = blob !== null && others.length === edges.length;
    const added = isNew ? [{ __typename: 'BlobIndexEdge', cursor: '', node: blob }] : [];
    return { ...list, blobs: { ...list.blobs, edges: kind === 'DELETED' ? others : [...added, ...edges] } };
  });
  if (kind === 'DELETED') cache.invalidate({ __typename: 'BlobIndex', id: blobId });
};

export interface Follower {
  /** Of each change, once. */
  readonly changed: (change: Change) => void;
  /** Follow again. */
  readonly ended: (error: CombinedError) => void;
}

/** Reads the list, and keeps it up to date in the cache until the function that is answered is called. */
export async function followBlobs(client: Client, { changed, ended }: Follower): Promise<() => void> {
  const { data, error } = await client.query(Blobs, {}, { requestPolicy: 'network-only' }).toPromise();
  if (!data) throw error ?? new Error('The list could not be read');
  const after = data.blobs.liveCursor;
  const { unsubscribe } = client
    .subscription(Changes, { after })
    .subscribe(({ data: change, error: fault }) => {
      if (fault) ended(fault);
      else if (change) changed(change.blobChanged);
    });
  return unsubscribe;
}
