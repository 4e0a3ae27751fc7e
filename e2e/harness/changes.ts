/** A change as {@link SUBSCRIPTION} selects it. */
export interface Change {
  blobChanged: {
    cursor: string;
    kind: string;
    blobId: string;
    version: number;
    blob: {
      id: string;
      version: number;
      processorId: string;
      processing: { state: string };
      content: { __typename: string; id: string; data?: { expanded: string } } | null;
    } | null;
  };
}

export type SeenChange = Change['blobChanged'];

/** `blobChanged`, with the fields that a frontend shows. */
export const SUBSCRIPTION = /* GraphQL */ `
  subscription ($filter: BlobChangeFilter, $after: String) {
    blobChanged(filter: $filter, after: $after) {
      cursor kind blobId version
      blob {
        id version processorId processing { state }
        content { __typename id ... on ExpandedText { data { expanded } } }
      }
    }
  }
`;
