import { operation, type Payload } from './operation.ts';

export type ProcessingState = 'STORED' | 'PENDING' | 'PROCESSING' | 'COMPLETED' | 'FAILED';

export interface Run {
  readonly processorId: string;
  readonly state: ProcessingState;
  /** From 1; 0 while it waits for its first. */
  readonly attempt: number;
  /** Why it failed; null otherwise. */
  readonly error: { readonly code: string; readonly message: string } | null;
}

/** A draft's index entry, with its progress. */
export interface Draft {
  readonly id: string;
  /** Higher after each change of the entry. */
  readonly version: number;
  readonly processing: { readonly state: ProcessingState; readonly runs: readonly Run[] };
}

const DRAFT = `fragment Draft on BlobIndex {
  id version processing { state runs { processorId state attempt error { code message } } }
}`;

export const createBook = operation<
  { readonly createBook: Payload },
  {
    readonly input: {
      readonly id: string;
      readonly title: string;
      /** Default: as it is. */
      readonly author?: string;
      readonly chapters: readonly {
        readonly chapterNum: number;
        readonly title: string;
        /** From 1. Default: by its number. */
        readonly position?: number;
      }[];
    };
  }
>(
  'mutation DemoCreateBook($input: CreateBookInput!) { createBook(input: $input) { userErrors { field code message } } }',
);

/** The cursor of now: read it before what changes are to go on from. */
export const liveCursor = operation<
  { readonly blobs: { readonly liveCursor: string } },
  Record<string, never>
>('query CliLiveCursor { blobs(first: 1) { liveCursor } }');

export interface StoredChapter {
  readonly chapterNum: number;
  readonly title: string;
  /** The newest; null: it has none. */
  readonly draft: Draft | null;
}

export const readBook = operation<
  {
    readonly book: {
      readonly chapters: readonly StoredChapter[];
      readonly compiled: {
        readonly nodes: readonly { readonly content: { readonly version?: number } | null }[];
      };
    } | null;
  },
  { readonly bookId: string }
>(`query DemoBook($bookId: ID!) {
  book(id: $bookId) {
    chapters { chapterNum title draft { ...Draft } }
    compiled(first: 1) { nodes { content { ... on CompiledBook { version } } } }
  }
}
${DRAFT}`);

export const readDraftText = operation<
  { readonly blob: { readonly content: { readonly body?: { readonly content?: unknown } } | null } | null },
  { readonly id: string }
>('query DemoDraftText($id: ID!) { blob(id: $id) { content { ... on UserBlob { body } } } }');

export interface CreateDraftInput {
  readonly type: 'chapter_draft';
  readonly schemaId: 'text-input-v1';
  readonly title: string;
  readonly data: {
    readonly content: string;
    readonly metadata: { readonly book_id: string; readonly chapter_num: number };
  };
  /** The same key with the same input gives the same blob. */
  readonly idempotencyKey: string;
}

export const createDrafts = operation<
  {
    readonly createBlobs: Payload & {
      /** In the order of the input; none when the batch was refused as a whole. */
      readonly results: readonly (Payload & { readonly blob: Draft | null })[];
    };
  },
  { readonly input: { readonly blobs: readonly CreateDraftInput[] } }
>(`mutation DemoCreateDrafts($input: CreateBlobsInput!) {
  createBlobs(input: $input) {
    results { blob { ...Draft } userErrors { field code message } }
    userErrors { field code message }
  }
}
${DRAFT}`);

export const retryProcessing = operation<
  { readonly retryProcessing: Payload & { readonly blob: Draft | null } },
  { readonly blobId: string; readonly processorId: string }
>(`mutation DemoRetry($blobId: ID!, $processorId: ID!) {
  retryProcessing(blobId: $blobId, processorId: $processorId) { blob { ...Draft } userErrors { field code message } }
}
${DRAFT}`);

export interface Change {
  /** A subscription from here begins after this change. */
  readonly cursor: string;
  /** Null when the blob is gone, or its entry could not be read. */
  readonly blob:
    | (Draft & {
        readonly processorId: string;
        readonly parent: { readonly id: string } | null;
        readonly content: { readonly data?: { readonly expanded: string } } | null;
      })
    | null;
}

export const blobChanged = operation<
  { readonly blobChanged: Change },
  { readonly bookId: string; readonly after: string }
>(`subscription DemoChanges($bookId: ID!, $after: String) {
  blobChanged(filter: { bookId: $bookId }, after: $after) {
    cursor
    blob { ...Draft processorId parent { id } content { ... on ExpandedText { data { expanded } } } }
  }
}
${DRAFT}`);

export interface CompiledBook {
  readonly id: string;
  /** From 1. */
  readonly version: number;
  readonly wordCount: number;
  /** Markdown. */
  readonly fullText: string;
  /** In the order of the book. */
  readonly chapters: readonly {
    readonly chapterNum: number;
    readonly title: string;
    readonly draftBlobId: string;
    readonly expandedBlobId: string | null;
  }[];
}

export const compileBook = operation<
  { readonly compileBook: Payload & { readonly compiledBook: CompiledBook | null } },
  {
    readonly input: {
      readonly bookId: string;
      readonly title: string;
      readonly author: string | null;
      readonly idempotencyKey: string;
    };
  }
>(`mutation DemoCompile($input: CompileBookInput!) {
  compileBook(input: $input) {
    compiledBook {
      id version wordCount fullText
      chapters { chapterNum title draftBlobId expandedBlobId }
    }
    userErrors { field code message }
  }
}`);

export interface Lineage {
  /** The blob itself, then the others by distance. */
  readonly nodes: readonly { readonly id: string; readonly type: string; readonly title: string }[];
  readonly edges: readonly { readonly parentId: string; readonly childId: string }[];
  /** True when there is more than was asked for, or than one answer may hold. */
  readonly truncated: boolean;
}

export const readLineage = operation<
  { readonly blob: { readonly lineage: Lineage } | null },
  { readonly id: string }
>(`query DemoLineage($id: ID!) {
  blob(id: $id) { lineage(depth: 10) { nodes { id type title } edges { parentId childId } truncated } }
}`);
