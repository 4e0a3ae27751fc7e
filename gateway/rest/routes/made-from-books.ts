import { z } from 'zod';
import { path } from '../../../platform/ids/service-path.ts';
import { defineRoute, type Route, USER_ERRORS } from './route.ts';

const idOf = (value: unknown): string => (value as { id: string }).id;

const compileBook = defineRoute({
  method: 'POST',
  path: '/api/v1/books/:id/compile',
  name: 'compileBook',
  tag: 'Books',
  summary: 'Compiles the book’s chapters, as they stand now, into a new version.',
  description: 'The text of the version is at `/api/v1/blobs/{id}/text`.',
  body: ({ input }) => input('CompileBookInput').omit({ book_id: true }),
  document: `mutation ($input: CompileBookInput!) {
    compileBook(input: $input) {
      compiledBook { ...CompiledBook @brief cover { id } chapters { chapterNum position number title draftBlobId expandedBlobId wordCount } }
      ${USER_ERRORS}
    }
  }`,
  variables: ({ path: { id }, body }) => ({ input: { ...(body as object), book_id: id } }),
  status: 201,
  location: ({ compiled_book: book }) => path`/api/v1/blobs/${idOf(book)}`,
});

const compareVersions = defineRoute({
  method: 'GET',
  path: '/api/v1/compiled-books/:id/comparison',
  name: 'compareVersions',
  tag: 'Books',
  summary: 'Compares two compiled versions of a book, chapter by chapter.',
  query: z.object({ with: z.string().describe('The id of the later version, a compiled book.') }),
  document: `query ($a: ID!, $b: ID!) { comparison: compareVersions(a: $a, b: $b) { ...VersionComparison } }`,
  variables: ({ path: { id }, query }) => ({ a: id, b: query['with'] }),
});

const exportBook = defineRoute({
  method: 'POST',
  path: '/api/v1/compiled-books/:id/exports',
  name: 'exportBook',
  tag: 'Books',
  summary: 'Exports a compiled book as a file, in the background.',
  description:
    'The file is at the `url` of the answer, relative to the gateway, and is made when it is first read if it is not ready.',
  body: ({ input }) => input('ExportBookInput').omit({ compiled_book_id: true }),
  document: `mutation ($input: ExportBookInput!) {
    exportBook(input: $input) { export { ...BookExport } ${USER_ERRORS} }
  }`,
  variables: ({ path: { id }, body }) => ({ input: { ...(body as object), compiled_book_id: id } }),
  status: 202,
});

const buildPitch = defineRoute({
  method: 'POST',
  path: '/api/v1/pitches',
  name: 'buildPitch',
  tag: 'Pitches',
  summary: 'Builds the pitch of a book, a chapter or an idea.',
  description:
    'The blob is created at once, its processing `PENDING`. When it is `COMPLETED`, `/api/v1/blobs/{id}` has the pitch as `data`, ' +
    'and `/api/v1/blobs/{id}/text` as Markdown.',
  body: ({ input }) => input('BuildPitchInput'),
  document: `mutation ($input: BuildPitchInput!) {
    buildPitch(input: $input) {
      blob { ...BlobIndex processor: processorId processing { ...Processing } }
      ${USER_ERRORS}
    }
  }`,
  status: 202,
  location: ({ blob }) => path`/api/v1/blobs/${idOf(blob)}`,
});

const exportPitch = defineRoute({
  method: 'POST',
  path: '/api/v1/pitches/:id/exports',
  name: 'exportPitch',
  tag: 'Pitches',
  summary: 'Exports a pitch as a file, in the background.',
  body: ({ input }) => input('ExportPitchInput').omit({ pitch_id: true }),
  document: `mutation ($input: ExportPitchInput!) {
    exportPitch(input: $input) { export { ...PitchFile } ${USER_ERRORS} }
  }`,
  variables: ({ path: { id }, body }) => ({ input: { ...(body as object), pitch_id: id } }),
  status: 202,
});

/** Routes for what is made from books: compiled versions, files, pitches. */
export const madeRoutes: readonly Route[] = [
  compileBook,
  compareVersions,
  exportBook,
  buildPitch,
  exportPitch,
];
