import canonicalize from 'canonicalize';
import { z } from 'zod';
import { hashOfInput } from '../../../../platform/ids/idempotency.ts';
import { label, parseInput } from '../../../../platform/input/label.ts';
import { textLimits } from '../../../../platform/input/limits.ts';
import { assertStorable } from '../../entries/content.ts';
import { CHAPTER_DRAFT } from '../../entries/entry.ts';
import { chapterNumber } from '../../entries/input.ts';

/** A blob as a user sends it. */
export interface CreateBlobInput {
  /** 1 to 64 lower-case letters, digits or underscores, a letter first. */
  readonly type: string;
  readonly schemaId: string;
  /** The schema version that validates the data. Default: the newest that is not withdrawn. */
  readonly schemaVersion?: string | null;
  /** At most 5 MiB of texts, names and numbers, at most 64 levels deep. */
  readonly data: unknown;
  /** At most 500 UTF-16 units. Default: found in `data`, else the type. */
  readonly title?: string | null;
  /** Default: that of the data's `metadata.conversation_id`, if any. */
  readonly conversationId?: string | null;
  /** At most 255 UTF-16 units. Null: each call makes another blob, unless its batch has a key. */
  readonly idempotencyKey?: string | null;
}

const inputSchema = z.object({
  type: z
    .string()
    .regex(
      /^[a-z][a-z0-9_]{0,63}$/,
      'must be 1 to 64 lower-case letters, digits or underscores, a letter first, e.g. `chapter_draft`',
    ),
  schemaId: label(textLimits.id),
  schemaVersion: label(textLimits.word).nullish(),
  title: label(textLimits.title).nullish(),
  conversationId: label(textLimits.ownId).nullish(),
  idempotencyKey: label(textLimits.idempotencyKey).nullish(),
});

const placeSchema = z.object({
  data: z.object({
    metadata: z.object({
      book_id: label(textLimits.ownId).optional(),
      chapter_num: chapterNumber.optional(),
      conversation_id: label(textLimits.ownId).optional(),
    }),
  }),
});

/** The book, chapter and conversation of a blob. */
export interface Place {
  /** Null: in no book. */
  readonly bookId: string | null;
  /** Only of chapter drafts in a book. */
  readonly chapterNum: number | null;
  /** Null: in no conversation. */
  readonly conversationId: string | null;
}

/** The place that a document's `metadata` names. Members of another type than expected are ignored. @throws InputErrors */
export function placeOf({ data, type }: CreateBlobInput): Place {
  const { metadata } = (data ?? {}) as { metadata?: Record<string, unknown> | null };
  const { book_id, chapter_num, conversation_id } =
    typeof metadata === 'object' && metadata !== null ? metadata : {};
  const text = (value: unknown) => (typeof value === 'string' ? value : undefined);
  const [bookId, conversationId] = [text(book_id), text(conversation_id)];
  const isChapter = type === CHAPTER_DRAFT && bookId !== undefined && typeof chapter_num === 'number';
  const chapterNum = isChapter ? chapter_num : undefined;
  const place = { book_id: bookId, chapter_num: chapterNum, conversation_id: conversationId };
  parseInput(placeSchema, { data: { metadata: place } });
  return {
    bookId: bookId ?? null,
    chapterNum: chapterNum ?? null,
    conversationId: conversationId ?? null,
  };
}

/** SHA-256 of an input without its key. */
export const hashOf = (input: CreateBlobInput): string => {
  const { type, schemaId, schemaVersion, data, title = null, conversationId = null } = input;
  // Absent without a version, so that hashes from before there were versions stay the same.
  const version = schemaVersion == null ? {} : { schemaVersion };
  return hashOfInput(canonicalize({ type, schemaId, ...version, data, title, conversationId }) ?? '');
};

/**
 * Checks an input, and that its data can be stored.
 * @returns the bytes of its texts
 * @throws InputErrors that name the fields
 */
export function checkBlobInput(input: CreateBlobInput): number {
  parseInput(inputSchema, input);
  return assertStorable(input.data, 'data');
}
