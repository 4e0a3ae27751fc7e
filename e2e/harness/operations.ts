import { expect, vi } from 'vitest';
import type { Change, SeenChange } from './changes.ts';
import type { GraphClient, GraphQLResult } from './client.ts';

/** The core query: a page of blobs, with derived blobs and all content. */
export const CORE_QUERY = /* GraphQL */ `
  query Core($first: Int = 100, $filter: BlobFilter) {
    blobs(first: $first, filter: $filter) {
      totalCount
      liveCursor
      pageInfo { hasNextPage endCursor }
      nodes {
        id
        type
        title
        preview
        version
        processing { state runs { processorId state error { code message } } }
        content { __typename id ... on UserBlob { body } }
        derived {
          nodes {
            id
            processorId
            preview
            parent { id }
            content {
              __typename
              id
              ... on ExpandedText {
                modelUsed
                data {
                  original
                  expanded
                  expansionRatio
                  styleAnalysis { tone complexity readabilityScore vocabularyLevel }
                }
              }
              ... on CompiledBook {
                version
                wordCount
                chapters { chapterNum title draft { id } expanded { id } wordCount }
              }
            }
          }
        }
      }
    }
  }
`;

export interface CoreNode {
  id: string;
  type: string;
  title: string;
  preview: string;
  version: number;
  processing: {
    state: string;
    runs: { processorId: string; state: string; error: { code: string; message: string } | null }[];
  };
  content: { __typename: string; id: string; body?: { content: string } } | null;
  derived: {
    nodes: {
      id: string;
      processorId: string;
      preview: string;
      parent: { id: string };
      content: {
        __typename: string;
        id: string;
        data?: { original: string; expanded: string; expansionRatio: number };
      } | null;
    }[];
  };
}

export interface CoreAnswer {
  blobs: {
    totalCount: number;
    liveCursor: string;
    pageInfo: { hasNextPage: boolean; endCursor: string | null };
    nodes: CoreNode[];
  };
}

const CREATE = /* GraphQL */ `
  mutation ($input: CreateBlobInput!) {
    createBlob(input: $input) {
      blob { id processing { state } }
      userErrors { field code message }
    }
  }
`;

interface Created {
  createBlob: {
    blob: { id: string; processing: { state: string } } | null;
    userErrors: { field: string | null; code: string; message: string }[];
  };
}

export interface Draft {
  readonly content: string;
  readonly book?: string;
  readonly chapter?: number;
  readonly key?: string;
}

/** The input of a chapter's draft. */
export const draftInput = ({ content, book = 'my-novel', chapter = 1, key }: Draft) => ({
  type: 'chapter_draft',
  schemaId: 'text-input-v1',
  data: { content, metadata: { book_id: book, chapter_num: chapter } },
  ...(key === undefined ? {} : { idempotencyKey: key }),
});

/** Runs `createBlob`. @returns its payload */
export const createBlob = async (client: GraphClient, input: object) =>
  (await client.query<Created>(CREATE, { input })).createBlob;

/** Stores a draft. @returns its id */
export async function createDraft(client: GraphClient, draft: Draft): Promise<string> {
  const { blob, userErrors } = await createBlob(client, draftInput(draft));
  expect(userErrors).toEqual([]);
  return blob?.id ?? '';
}

export const coreQuery = async (client: GraphClient, variables: Record<string, unknown> = {}) =>
  (await client.query<CoreAnswer>(CORE_QUERY, variables)).blobs;

/** Waits until a blob's processing has a state. `timeout`: in milliseconds. Default: a minute. */
export async function untilState(
  client: GraphClient,
  id: string,
  state: string,
  timeout = 120_000,
): Promise<void> {
  const query = 'query ($id: ID!) { blob(id: $id) { processing { state runs { error { code message } } } } }';
  await vi.waitFor(
    async () => {
      const { data } = await client.request<{ blob: { processing: { state: string } } | null }>(query, {
        id,
      });
      expect(data?.blob?.processing.state).toBe(state);
    },
    { timeout, interval: 100 },
  );
}

const DELETE = /* GraphQL */ `
  mutation ($id: ID!, $cascade: Boolean) {
    deleteBlob(id: $id, cascade: $cascade) { deletedIds staleIds userErrors { field code message } }
  }
`;

interface Deleted {
  deleteBlob: {
    deletedIds: string[];
    staleIds: string[];
    userErrors: { field: string | null; code: string; message: string }[];
  };
}

/** Runs `deleteBlob`. @returns its payload */
export const deleteBlob = async (client: GraphClient, id: string, cascade = false) =>
  (await client.query<Deleted>(DELETE, { id, cascade })).deleteBlob;

const COMPILE = /* GraphQL */ `
  mutation ($input: CompileBookInput!) {
    compileBook(input: $input) {
      compiledBook {
        id bookId version wordCount chapterCount sourceBlobIds fullText stale
        chapters { chapterNum title draft { id } expanded { id } compiledText }
      }
      userErrors { field code message }
    }
  }
`;

export interface CompiledBook {
  id: string;
  bookId: string;
  version: number;
  wordCount: number;
  chapterCount: number;
  sourceBlobIds: string[];
  fullText: string;
  stale: boolean;
  chapters: {
    chapterNum: number;
    title: string;
    draft: { id: string } | null;
    expanded: { id: string } | null;
    compiledText: string;
  }[];
}

/** Runs `compileBook`. @returns its payload */
export async function compileBook(
  client: GraphClient,
  input: {
    bookId: string;
    useExpanded?: boolean;
    leaveOutMissing?: boolean;
    coverBlobId?: string;
    idempotencyKey?: string;
  },
) {
  interface Answer {
    compileBook: {
      compiledBook: CompiledBook | null;
      userErrors: { field: string; code: string; message: string }[];
    };
  }
  return (await client.query<Answer>(COMPILE, { input })).compileBook;
}

/** The cursor of now: a subscription after it misses nothing that comes. */
export const liveCursor = async (client: GraphClient): Promise<string> =>
  (await client.query<{ blobs: { liveCursor: string } }>('{ blobs(first: 1) { liveCursor } }')).blobs
    .liveCursor;

/** Reads changes until two drafts are completed, and their expansions derived. */
export async function untilExpanded(changes: AsyncIterator<GraphQLResult<Change>>): Promise<SeenChange[]> {
  const seen: SeenChange[] = [];
  const count = (kind: string) => seen.filter((change) => change.kind === kind).length;
  // Order holds per blob: an expansion may be reported after its draft is completed.
  while (count('COMPLETED') < 2 || count('DERIVED') < 2) {
    const { value } = await changes.next();
    expect(value?.errors).toBeUndefined();
    if (value?.data) seen.push(value.data.blobChanged);
  }
  return seen;
}
