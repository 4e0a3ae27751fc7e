import type { BlobRowFragment } from '../../graph/operations.generated.ts';

export type { Run } from '../../graph/work.ts';

/** A blob as the graph and the list show it. */
export interface LineageBlob extends BlobRowFragment {
  readonly generation: number;
  /** Of kinds that have versions, or may be stale; null until it is made, and where it cannot be read. */
  readonly content: {
    readonly __typename: string;
    readonly compiledVersion?: number;
    readonly pitchVersion?: number;
    readonly stale?: boolean;
  } | null;
}

/** The child has the parent among its sources. */
export interface Edge {
  readonly parentId: string;
  readonly childId: string;
}

/** Where something stands in a book, or among the sources of the blob in the middle: from top to bottom. */
export interface Place {
  /** Of the chapter; empty where it says nothing. */
  readonly title: string;
  readonly blobId: string | null;
}
