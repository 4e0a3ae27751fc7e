import { z } from 'zod';
import { BlobgraphError } from '../../../platform/errors/errors.ts';
import type { Source } from '../../../platform/processor/runs/sources.ts';
import { languageTag } from '../../../platform/text/language.ts';

/** Facts that the writer gives for the pitch. */
export interface Given {
  readonly audience?: string | undefined;
  readonly themes?: readonly string[] | undefined;
  readonly characters?:
    | readonly { readonly name: string; readonly description?: string | undefined }[]
    | undefined;
  readonly selling_points?: readonly string[] | undefined;
  readonly comparable_titles?:
    | readonly {
        readonly title: string;
        readonly author?: string | undefined;
        readonly reason?: string | undefined;
      }[]
    | undefined;
}

/** The subject of a pitch. */
export interface Subject {
  /** `CHAPTER`: a draft or an expansion. */
  readonly kind: 'BOOK' | 'CHAPTER' | 'IDEA';
  /** The user's id of the book; otherwise the blob's id. */
  readonly id: string;
  readonly title: string;
  /** Null: unknown. */
  readonly author: string | null;
  /** A BCP 47 tag; null: to be detected. */
  readonly language: string | null;
  /** Markdown. */
  readonly text: string;
  /** The text's number of words; null when the source has no count. */
  readonly wordCount: number | null;
  /** Empty but for an idea. */
  readonly given: Given;
}

/** Schemas of the sources of a pitch. */
export const SCHEMAS = {
  book: 'compiled-book-v1',
  draft: 'text-input-v1',
  expansion: 'expanded-text-v1',
  idea: 'pitch-input-v1',
} as const;

const text = z.string().regex(/\S/);
const compiled = z.object({
  book_id: z.string(),
  full_text: text,
  word_count: z.number(),
  language: z.string().nullish(),
  compile_config: z.object({ author: z.string().nullish() }),
});
const idea = z.object({
  idea: text,
  title: z.string().optional(),
  author: z.string().optional(),
  language: z.string().optional(),
  audience: z.string().optional(),
  themes: z.array(z.string()).optional(),
  characters: z.array(z.object({ name: z.string(), description: z.string().optional() })).optional(),
  selling_points: z.array(z.string()).optional(),
  comparable_titles: z
    .array(z.object({ title: z.string(), author: z.string().optional(), reason: z.string().optional() }))
    .optional(),
});

type Read = (source: Source) => Subject;

const chapter =
  (content: z.ZodType<string>): Read =>
  ({ id, title, data }) => ({
    kind: 'CHAPTER',
    id,
    title,
    author: null,
    language: null,
    text: content.parse(data),
    wordCount: null,
    given: {},
  });

const readers: Readonly<Record<string, Read>> = {
  [SCHEMAS.book]({ title, data }) {
    const { book_id, full_text, word_count, language, compile_config } = compiled.parse(data);
    return {
      kind: 'BOOK',
      id: book_id,
      title,
      author: compile_config.author ?? null,
      language: language ?? null,
      text: full_text,
      wordCount: word_count,
      given: {},
    };
  },
  [SCHEMAS.draft]: chapter(z.object({ content: text }).transform(({ content }) => content)),
  [SCHEMAS.expansion]: chapter(z.object({ expanded: text }).transform(({ expanded }) => expanded)),
  [SCHEMAS.idea]({ id, title: blobTitle, data }) {
    const { idea: words, title = blobTitle, author, language, ...given } = idea.parse(data);
    const tag = languageTag(language);
    return {
      kind: 'IDEA',
      id,
      title,
      author: author ?? null,
      language: tag,
      text: words,
      wordCount: null,
      given,
    };
  },
};

/** Reads a source as a subject. @throws BlobgraphError SCHEMA_VIOLATION for another schema, or a blob without a text */
export function subjectOf(source: Source): Subject {
  const read = Object.hasOwn(readers, source.schemaId) ? readers[source.schemaId] : undefined;
  if (!read) {
    const message = `A pitch is made of ${Object.values(SCHEMAS).join(', ')}, not of ${source.schemaId}.`;
    throw new BlobgraphError('SCHEMA_VIOLATION', message, { field: 'blobId' });
  }
  try {
    return read(source);
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error;
    const where = error.issues[0]?.path.join('.') ?? '';
    throw new BlobgraphError(
      'SCHEMA_VIOLATION',
      `The source holds no text that can be pitched (\`${where}\`).`,
      {
        field: 'blobId',
        cause: error,
      },
    );
  }
}
