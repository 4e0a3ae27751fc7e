import { BlobgraphError } from '../../platform/errors.ts';
import { defineProcessor } from '../../platform/processor/define.ts';
import { records } from '../../platform/processor/records/records.ts';
import { artifactPath } from '../../platform/processor/rest/artifact-routes.ts';
import { markdown } from './export.ts';
import { migrations } from './history.ts';
import { inputHash, parseRequest } from './request.ts';
import { bookRoutes } from './routes.ts';
import { type CompiledBookData, compile, planCompilation, tooLarge } from './run.ts';

const ID = 'book-compiler';
const EXPORTS = { MARKDOWN: 'markdown' } as const;

/** The book compiler: keeps compiled books and makes them when asked. */
export default defineProcessor({
  id: ID,
  version: '1',
  name: 'Book compiler',
  description: 'Compiles the chapters of a book into one text, version by version.',
  reads: ['text-input-v1', 'expanded-text-v1'],
  makes: { type: 'CompiledBook', schema: 'compiled-book-v1', shownAs: 'book.compiled' },
  limits: { concurrency: 4, seconds: 60 },
  records: records('compiled_books', {
    store: 'postgresql',
    members: {
      book_id: 'text',
      version: 'integer',
      title: 'envelope',
      full_text: 'text',
      word_count: 'integer',
      chapter_count: 'integer',
      source_blob_ids: 'envelope',
      compile_config: 'jsonb',
    },
    children: {
      chapters: {
        table: 'book_chapters',
        parent: 'book_id',
        order: 'chapter_num',
        columns: {
          chapter_num: 'integer',
          title: 'text',
          draft_blob_id: 'text',
          expanded_blob_id: 'text',
          compiled_text: 'text',
          word_count: 'integer',
        },
      },
    },
    allocates: { member: 'version', within: ['book_id'] },
    unlisted: ['full_text'],
    migrations,
  }),
  commands: {
    compileBook: {
      payload: 'compiledBook',
      parse: parseRequest,
      inputHash,
      plan: planCompilation,
      run: compile,
      explain(error, { idempotencyKey }) {
        if (error.code === 'BLOB_TOO_LARGE') return tooLarge();
        if (error.code !== 'BLOB_DELETED') return error;
        const field = idempotencyKey === null ? 'bookId' : 'idempotencyKey';
        const message =
          'A chapter of the book was deleted meanwhile, or the book of this key. Compile again with a new key.';
        return new BlobgraphError('BLOB_DELETED', message, { field });
      },
    },
  },
  artifacts: { markdown },
  resolvers: {
    CompiledBook: {
      compileConfig: {
        needs: ['compile_config'],
        resolve({ compile_config: config }) {
          const { use_expanded: useExpanded, title, author } = config as CompiledBookData['compile_config'];
          return { useExpanded, title, author };
        },
      },
      exports: {
        needs: [],
        async resolve({ id }, _args, { kit }) {
          const blobId = id as string;
          const found = await kit.artifacts.list(blobId);
          return found.map(({ name, state, sizeBytes }) => ({
            format: name.toUpperCase(),
            url: artifactPath(ID, blobId, name),
            state,
            size_bytes: sizeBytes,
          }));
        },
      },
      exportUrl: {
        needs: [],
        resolve: ({ id }, { format }: { format?: keyof typeof EXPORTS | null }) =>
          artifactPath(ID, id as string, EXPORTS[format ?? 'MARKDOWN']),
      },
    },
  },
  routes: bookRoutes,
});
