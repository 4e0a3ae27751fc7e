import { COVER_SCHEMA } from '../../platform/clients/cover.ts';
import { BlobgraphError } from '../../platform/errors/errors.ts';
import { defineProcessor } from '../../platform/processor/kit/define.ts';
import type { OpenDependencies } from '../../platform/processor/kit/open.ts';
import { records } from '../../platform/processor/records/records.ts';
import { artifactPath } from '../../platform/processor/rest/artifact-routes.ts';
import { requireViewer } from '../../platform/serving/access/authenticate.ts';
import { comparerOf, createComparer } from './compare/comparer.ts';
import { createComposer } from './compose/composer.ts';
import { bookExports } from './exports/artifacts.ts';
import { createExporter } from './exports/exporter.ts';
import { ASSET_SCHEMA } from './exports/picture-reader.ts';
import { migrations } from './migrations.ts';
import { isOutdated } from './outdated.ts';
import { inputHash, parseRequest } from './planning/request.ts';
import { bookRoutes } from './routes.ts';
import { type CompiledBookData, compile, planCompilation, tooLarge } from './run.ts';
import { type Settings, settings } from './settings.ts';

const ID = 'book-compiler';

/** The options as any release stored them. Those added later are absent in older books. */
type StoredConfig = Pick<CompiledBookData['compile_config'], 'use_expanded' | 'title' | 'author'> &
  Partial<CompiledBookData['compile_config']>;

const chapterColumns = {
  chapter_num: 'integer',
  position: 'integer',
  number: 'integer',
  title: 'text',
  draft_blob_id: 'text',
  expanded_blob_id: 'text',
  compiled_text: 'text',
  word_count: 'integer',
  character_count: 'integer',
} as const;

/** The book compiler: compiles books on demand, and keeps their versions. */
export default defineProcessor({
  id: ID,
  version: '1',
  name: 'Book compiler',
  description: 'Compiles the chapters of a book into one text, version by version.',
  reads: ['text-input-v1', 'expanded-text-v1', COVER_SCHEMA, ASSET_SCHEMA],
  makes: {
    type: 'CompiledBook',
    schema: 'compiled-book-v1',
    schemaVersion: '1.2.0',
    shownAs: 'book.compiled',
  },
  limits: { concurrency: 4, seconds: 60 },
  settings,
  records: records('compiled_books', {
    store: 'postgresql',
    members: {
      book_id: 'text',
      version: 'integer',
      title: 'envelope',
      full_text: 'text',
      word_count: 'integer',
      character_count: 'integer',
      language: 'text',
      subtitle: 'text',
      author: 'text',
      rights: 'text',
      cover_blob_id: 'text',
      chapter_count: 'integer',
      source_blob_ids: 'envelope',
      compile_config: 'jsonb',
    },
    children: {
      chapters: {
        table: 'book_chapters',
        parent: 'book_id',
        order: 'position',
        columns: chapterColumns,
      },
    },
    allocates: { member: 'version', within: ['book_id'] },
    unlisted: ['full_text'],
    migrations,
  }),
  open: ({ settings: { BOOK_FONTS: fonts } }: OpenDependencies<Settings>) => {
    const [composer, comparer, exporter] = [createComposer(), createComparer(), createExporter({ fonts })];
    return {
      composer,
      comparer,
      exporter,
      async close() {
        await Promise.all([composer.close(), comparer.close(), exporter.close()]);
      },
    };
  },
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
  text: 'full_text',
  artifacts: bookExports,
  exports: { mutation: 'exportBook', id: 'compiledBookId' },
  resolvers: {
    Query: {
      compareVersions: {
        needs: [],
        resolve: (_root, ids: { a: string; b: string }, { kit, caller }) =>
          comparerOf(kit).compare(kit, requireViewer(caller).userId, ids),
      },
    },
    CompiledBook: {
      compileConfig: {
        needs: ['compile_config'],
        resolve({ compile_config: config }) {
          const { use_expanded: useExpanded, title, author, ...later } = config as StoredConfig;
          const { leave_out_missing: leaveOutMissing, left_out: leftOut } = later;
          const leaving = leaveOutMissing === undefined ? {} : { leaveOutMissing, leftOut };
          return { useExpanded, title, author, ...leaving };
        },
      },
      chapter: {
        needs: Object.keys(chapterColumns).map((column) => `chapters.${column}`),
        resolve: ({ chapters }, { chapterNum }: { chapterNum: number }) =>
          (chapters as { readonly chapter_num: number }[]).find((each) => each.chapter_num === chapterNum),
      },
      outdated: {
        needs: [
          'book_id',
          'compile_config',
          'chapters.chapter_num',
          'chapters.draft_blob_id',
          'chapters.expanded_blob_id',
        ],
        resolve: (book, _args, context) => isOutdated(book, context),
      },
      exportUrl: {
        needs: [],
        resolve: ({ id }, { format }: { format?: string | null }) =>
          artifactPath(ID, id as string, (format ?? 'MARKDOWN').toLowerCase()),
      },
    },
  },
  routes: bookRoutes,
});
