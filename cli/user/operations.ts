import { type Operation, operation, type Payload } from '../demo/operation.ts';
import type { CompiledBook, Lineage, ProcessingState } from '../demo/operations.ts';

/** Which changes are followed; all of the caller's where nothing is named. */
export interface ChangeFilter {
  readonly blobId?: string;
  readonly bookId?: string;
}

/** A change, as the graph tells of it. */
export interface Change {
  readonly cursor: string;
  readonly kind: string;
  readonly blobId: string;
  /** ISO 8601. */
  readonly occurredAt: string;
  /** Null when the blob is gone, or its entry could not be read. */
  readonly blob: {
    readonly type: string;
    readonly title: string;
    readonly processorId: string;
    readonly processing: {
      readonly state: ProcessingState;
      readonly runs: readonly {
        readonly processorId: string;
        /** The artifact that is made, e.g. `epub`; null: a blob is. */
        readonly artifact: string | null;
        readonly state: ProcessingState;
        readonly error: { readonly code: string; readonly message: string } | null;
      }[];
    };
  } | null;
}

export const changes = operation<
  { readonly blobChanged: Change },
  { readonly filter: ChangeFilter; readonly after: string }
>(`subscription CliChanges($filter: BlobChangeFilter, $after: String) {
  blobChanged(filter: $filter, after: $after) {
    cursor kind blobId occurredAt
    blob { type title processorId processing { state runs { processorId artifact state error { code message } } } }
  }
}`);

/** The drafts of a book's chapters. */
export const bookState = operation<
  {
    readonly book: {
      readonly chapters: readonly {
        readonly draft: {
          readonly id: string;
          readonly processing: { readonly state: ProcessingState };
        } | null;
      }[];
    } | null;
  },
  { readonly bookId: string }
>(`query CliBook($bookId: ID!) {
  book(id: $bookId) { chapters { draft { id processing { state } } } }
}`);

export const removeChapters = operation<
  { readonly updateBook: Payload },
  { readonly input: { readonly id: string; readonly removeChapters: readonly number[] } }
>(
  'mutation CliRemove($input: UpdateBookInput!) { updateBook(input: $input) { userErrors { field code message } } }',
);

export interface CompileInput {
  readonly bookId: string;
  readonly title?: string;
  readonly author?: string;
  readonly useExpanded: boolean;
  readonly leaveOutMissing: boolean;
  readonly idempotencyKey?: string;
}

export const compileBook = operation<
  {
    readonly compileBook: Payload & {
      readonly compiledBook:
        | (Omit<CompiledBook, 'fullText' | 'chapters'> & { readonly chapterCount: number })
        | null;
    };
  },
  { readonly input: CompileInput }
>(`mutation CliCompile($input: CompileBookInput!) {
  compileBook(input: $input) {
    compiledBook { id version wordCount chapterCount }
    userErrors { field code message }
  }
}`);

/** An export of a book, or a file of a pitch. */
export interface ExportFile {
  readonly format: string;
  /** From the gateway's root on; needs no token. */
  readonly url: string;
  readonly state: 'MISSING' | 'MAKING' | 'READY' | 'FAILED';
  readonly sizeBytes: string | null;
  readonly error: { readonly code: string; readonly message: string } | null;
}

const FILE = 'format url state sizeBytes error { code message }';

interface Exported {
  readonly exported: Payload & { readonly export: ExportFile | null; readonly liveCursor: string };
}

type ExportVariables = { readonly id: string; readonly format: string };

/** Has a file made in the background. Both answers have one shape. */
const exporting = (field: string, format: string, member: string) =>
  operation<Exported, ExportVariables>(`mutation CliExport($id: ID!, $format: ${format}!) {
  exported: ${field}(input: { ${member}: $id, format: $format }) {
    export { ${FILE} } userErrors { field code message } liveCursor
  }
}`);

/** By the type of blob that has files. */
export const exporters: ReadonlyMap<string, Operation<Exported, ExportVariables>> = new Map([
  ['compiled_book', exporting('exportBook', 'ExportFormat', 'compiledBookId')],
  ['pitch', exporting('exportPitch', 'PitchFormat', 'pitchId')],
]);

/** A blob's title and type. */
export const blobType = operation<
  { readonly blob: { readonly title: string; readonly type: string } | null },
  { readonly id: string }
>('query CliBlob($id: ID!) { blob(id: $id) { title type } }');

/** The newest version of a book. */
export const newestVersion = operation<
  { readonly book: { readonly compiled: { readonly nodes: readonly { readonly id: string }[] } } | null },
  { readonly bookId: string }
>('query CliNewest($bookId: ID!) { book(id: $bookId) { compiled(first: 1) { nodes { id } } } }');

export const lineageOf = operation<
  { readonly blob: { readonly lineage: Lineage } | null },
  { readonly id: string; readonly depth: number }
>(`query CliLineage($id: ID!, $depth: Int) {
  blob(id: $id) { lineage(depth: $depth) { nodes { id type title } edges { parentId childId } truncated } }
}`);

/** A blob to be stored. */
export interface BlobInput {
  readonly type: string;
  readonly schemaId: string;
  readonly title: string;
  readonly data: unknown;
  readonly idempotencyKey: string;
}

export const createBlobs = operation<
  {
    readonly createBlobs: Payload & {
      readonly results: readonly (Payload & {
        readonly blob: {
          readonly id: string;
          readonly processing: { readonly state: ProcessingState };
        } | null;
      })[];
    };
  },
  { readonly input: { readonly blobs: readonly BlobInput[] } }
>(`mutation CliPut($input: CreateBlobsInput!) {
  createBlobs(input: $input) {
    results { blob { id processing { state } } userErrors { field code message } }
    userErrors { field code message }
  }
}`);
