import { z } from 'zod';
import { path } from '../../../platform/ids/service-path.ts';
import { pageQuery } from './page-query.ts';
import { defineRoute, type Given, type Route, USER_ERRORS } from './route.ts';

const TAG = 'Books';

const noBook = { code: 'BOOK_NOT_FOUND', message: 'You have no book of this id.' } as const;

/** A book with its chapters, each with its newest draft and that draft's expansion. */
const BOOK = `
  ...Book
  cover { id }
  chapters {
    draft { ...BlobIndex @brief processor: processorId processing { state } }
    expanded { ...BlobIndex @brief processor: processorId }
  }
`;

/** The parameters that identify a chapter. */
const chapterParams = z.object({
  id: z.string().describe('The user’s own id for the book.'),
  chapter_num: z.int().min(1).max(100_000).describe('The chapter’s key.'),
});

const deleteDrafts = z.object({
  delete_drafts: z
    .boolean()
    .optional()
    .describe(
      'Whether to delete the drafts, too, with all that was made from them alone. Default: they stay in the index.',
    ),
});

const UPDATE = `mutation ($input: UpdateBookInput!) {
  updateBook(input: $input) { book { ${BOOK} } ${USER_ERRORS} }
}`;

const createBook = defineRoute({
  method: 'POST',
  path: '/api/v1/books',
  name: 'createBook',
  tag: TAG,
  summary: 'Creates a book with its chapters, or sets the titles of a book that drafts already created.',
  body: ({ input }) => input('CreateBookInput'),
  document: `mutation ($input: CreateBookInput!) {
    createBook(input: $input) { book { ${BOOK} } ${USER_ERRORS} }
  }`,
  status: 201,
  location: ({ book }) => path`/api/v1/books/${(book as { id: string }).id}`,
});

const listBooks = defineRoute({
  method: 'GET',
  path: '/api/v1/books',
  name: 'books',
  tag: TAG,
  summary: 'The caller’s newest 1,000 books.',
  document: 'query { me { state { books { ...Book @brief cover { id } } } } }',
  within: ['me', 'state'],
});

const readBook = defineRoute({
  method: 'GET',
  path: '/api/v1/books/:id',
  name: 'book',
  tag: TAG,
  summary: 'A book in one view: its chapters with their drafts and expansions, and its compiled versions.',
  description:
    'With `include=content`, drafts, expansions and compiled versions have their `data`, without a ' +
    'compiled book’s texts: those are at `/api/v1/blobs/{id}/text`.',
  query: z.object({
    include: z
      .array(z.enum(['content']))
      .optional()
      .describe('What else to answer.'),
  }),
  document: `query ($id: ID!, $content: Boolean!) {
    book(id: $id) {
      ${BOOK}
      chapters {
        draft { data: content @data @include(if: $content) { ... on UserBlob { body } } }
        expanded { data: content @data @include(if: $content) { ...Blob @brief } }
      }
      compiled {
        nodes {
          ...BlobIndex @brief
          processor: processorId
          data: content @data @include(if: $content) { ...Blob @brief }
        }
        pageInfo { hasNextPage endCursor }
      }
    }
  }`,
  variables: ({ path: { id }, query }) => ({
    id,
    content: ((query['include'] ?? []) as readonly string[]).includes('content'),
  }),
  missing: noBook,
});

const inputOf = ({ path: { id }, body }: Given) => ({ input: { ...(body as object), id } });

const updateBook = defineRoute({
  method: 'PATCH',
  path: '/api/v1/books/:id',
  name: 'updateBook',
  tag: TAG,
  summary: 'Changes a book: title, language and chapters. Omitted members stay.',
  body: ({ input }) => input('UpdateBookInput').omit({ id: true }),
  document: UPDATE,
  variables: inputOf,
});

const putChapter = defineRoute({
  method: 'PUT',
  path: '/api/v1/books/:id/chapters/:chapter_num',
  name: 'putChapter',
  tag: TAG,
  summary: 'Adds a chapter to a book, or renames or moves it.',
  params: chapterParams,
  body: ({ input }) => input('UpdateBookChapterInput').omit({ chapter_num: true }),
  document: UPDATE,
  variables: ({ path: { id, chapter_num }, body }) => ({
    input: { id, chapters: [{ ...(body as object), chapter_num }] },
  }),
});

const deleteChapter = defineRoute({
  method: 'DELETE',
  path: '/api/v1/books/:id/chapters/:chapter_num',
  name: 'deleteChapter',
  tag: TAG,
  summary: 'Removes a chapter from a book.',
  params: chapterParams,
  query: deleteDrafts,
  document: UPDATE,
  variables: ({ path: { id, chapter_num }, query }) => ({
    input: { id, remove_chapters: [chapter_num], delete_drafts: query['delete_drafts'] ?? false },
  }),
});

const deleteBook = defineRoute({
  method: 'DELETE',
  path: '/api/v1/books/:id',
  name: 'deleteBook',
  tag: TAG,
  summary: 'Deletes a book.',
  query: deleteDrafts,
  document: `mutation ($id: ID!, $deleteDrafts: Boolean = false) {
    deleteBook(id: $id, deleteDrafts: $deleteDrafts) { bookId deletedIds ${USER_ERRORS} }
  }`,
});

const listConversations = defineRoute({
  method: 'GET',
  path: '/api/v1/conversations',
  name: 'conversations',
  tag: TAG,
  summary: 'The caller’s conversations, by newest message; at most 1,000.',
  description: 'Their messages are at `/api/v1/users/me/blobs?conversation_id=`.',
  document: 'query { me { state { conversations { ...Conversation } } } }',
  within: ['me', 'state'],
});

const listCompiled = defineRoute({
  method: 'GET',
  path: '/api/v1/books/:id/compiled',
  name: 'compiledBooks',
  tag: TAG,
  summary: 'The compiled versions of a book, newest first.',
  query: pageQuery,
  document: `query ($id: ID!, $first: Int = 20, $after: String) {
    book(id: $id) {
      compiled(first: $first, after: $after) {
        nodes { ...BlobIndex @brief processor: processorId data: content @data { ...Blob @brief } }
        pageInfo { hasNextPage endCursor }
        totalCount
      }
    }
  }`,
  within: ['book'],
  missing: noBook,
});

export const bookRoutes: readonly Route[] = [
  createBook,
  listBooks,
  readBook,
  updateBook,
  putChapter,
  deleteChapter,
  deleteBook,
  listCompiled,
  listConversations,
];
