import { graphql } from 'relay-runtime';

// relay-compiler reads these, and writes what the runtime takes into __generated__/. With the Relay plugin of Babel or
// SWC they stand where they are used; without it, as here, what was written is imported.

graphql`
  query BlobsQuery($first: Int = 20, $after: String) {
    blobs(first: $first, after: $after) @connection(key: "Blobs_blobs") {
      liveCursor
      edges { node { ...Row_blob } }
    }
  }
`;

graphql`
  fragment Row_blob on BlobIndex {
    id
    version
    title
    processing { state }
  }
`;

graphql`
  query BlobQuery($id: ID!, $first: Int = 20) {
    blob(id: $id) { ...Derived_blob @arguments(first: $first) }
  }
`;

graphql`
  fragment Derived_blob on BlobIndex
  @refetchable(queryName: "DerivedPageQuery")
  @argumentDefinitions(first: { type: "Int", defaultValue: 20 }, after: { type: "String" }) {
    id
    derived(first: $first, after: $after) @connection(key: "Derived_derived") {
      edges { node { id title } }
      pageInfo { hasNextPage endCursor }
    }
  }
`;

graphql`
  query ContentsQuery {
    blobs { nodes { id createdAt content { id ... on ExpandedText { createdAt } } } }
  }
`;

graphql`
  query SchemaQuery($id: ID!, $version: String!) {
    newest: schema(id: $id) { id version versions }
    older: schema(id: $id, version: $version) { id version versions }
  }
`;

graphql`
  subscription ChangesSubscription($after: String) {
    blobChanged(after: $after) { cursor kind blobId version blob { id ...Row_blob } }
  }
`;
