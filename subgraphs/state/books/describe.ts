import { BlobgraphError, InputErrors } from '../../../platform/errors.ts';
import { languageTag } from '../../../platform/language.ts';
import { type BookRecord, type ChapterRecord, type FrontMatter, noFrontMatter } from '../documents.ts';
import type { Book } from './books.ts';
import { moved } from './order.ts';

/** A chapter as an input describes it; absent or null stays as it is. */
export interface ChapterInput {
  readonly chapterNum: number;
  readonly title?: string | null;
  readonly position?: number | null;
  readonly numbered?: boolean | null;
}

/** A book as an input describes it; absent stays as it is. */
export interface BookInput {
  readonly id: string;
  readonly title?: string | null;
  /** Null: that of its drafts. */
  readonly language?: string | null;
  /** This and the next three: null takes it away. */
  readonly subtitle?: string | null;
  readonly author?: string | null;
  readonly rights?: string | null;
  readonly coverBlobId?: string | null;
  readonly chapters?: readonly ChapterInput[] | null;
  readonly removeChapters?: readonly number[] | null;
  /** Processors that are to work on the book by themselves, in the place of those before. */
  readonly automatic?: readonly string[] | null;
}

/** A book as its store has it, and as its readers see it; each absent where there is none. */
export interface Before {
  readonly record: BookRecord | undefined;
  readonly book: Book | null;
}

export const MAX_CHAPTERS = 10_000;

const invalid = (field: string, message: string) =>
  new InputErrors([{ field, code: 'BOOK_INVALID', message }]);

/** @throws InputErrors BOOK_INVALID for a chapter that is named twice */
export function assertDistinct({ chapters, removeChapters }: BookInput): void {
  const seen = new Set<number>();
  const named = [
    ...(chapters ?? []).map(({ chapterNum }, index) => [chapterNum, `chapters.${index}.chapterNum`] as const),
    ...(removeChapters ?? []).map((chapterNum, index) => [chapterNum, `removeChapters.${index}`] as const),
  ];
  for (const [chapterNum, field] of named) {
    const message = `Chapter ${chapterNum} is named twice. Give each chapter a number of its own, and name it once.`;
    if (seen.has(chapterNum)) throw invalid(field, message);
    seen.add(chapterNum);
  }
}

function languageFrom(given: string | null | undefined, before: string | null): string | null {
  if (given == null) return given === null ? null : before;
  const tag = languageTag(given);
  if (tag !== null) return tag;
  const message = '`language` must be a BCP 47 tag, e.g. `en` or `pt-BR`.';
  throw new InputErrors([{ field: 'language', code: 'VALIDATION_FAILED', message }]);
}

function frontFrom({ subtitle, author, rights, coverBlobId }: BookInput, before: FrontMatter): FrontMatter {
  const said = (given: string | null | undefined, was: string | null) => (given === undefined ? was : given);
  return {
    subtitle: said(subtitle, before.subtitle),
    author: said(author, before.author),
    rights: said(rights, before.rights),
    coverBlobId: said(coverBlobId, before.coverBlobId),
  };
}

/** Each chapter that the book will have, by number, without regard to order. @throws InputErrors BOOK_INVALID */
function described({ record, book }: Before, input: BookInput): Map<number, ChapterRecord> {
  const chapters = new Map((record?.chapters ?? []).map((chapter) => [chapter.chapterNum, chapter]));
  const known = new Set([...chapters.keys(), ...(book?.chapters ?? []).map(({ chapterNum }) => chapterNum)]);
  const wasRemoved = (chapterNum: number) =>
    record?.removed.some((each) => each.chapterNum === chapterNum) ?? false;
  for (const [index, chapterNum] of (input.removeChapters ?? []).entries()) {
    // Sent again, it may have drafts to delete still.
    if (!known.has(chapterNum) && !wasRemoved(chapterNum))
      throw invalid(`removeChapters.${index}`, `The book has no chapter ${chapterNum}.`);
    chapters.delete(chapterNum);
  }
  for (const [index, { chapterNum, title, numbered }] of (input.chapters ?? []).entries()) {
    const before = chapters.get(chapterNum);
    if (title == null && !known.has(chapterNum) && !wasRemoved(chapterNum)) {
      const message = `The book has no chapter ${chapterNum} yet. Give it a title to add it.`;
      throw invalid(`chapters.${index}.title`, message);
    }
    chapters.set(chapterNum, {
      chapterNum,
      title: title ?? before?.title ?? null,
      position: before?.position ?? null,
      numbered: numbered ?? before?.numbered ?? true,
    });
  }
  return chapters;
}

/** Gives every chapter its place, once one was given. */
function placed(chapters: Map<number, ChapterRecord>, { book }: Before, input: BookInput): void {
  const moves = (input.chapters ?? []).flatMap(({ chapterNum, position }) =>
    position == null ? [] : [{ chapterNum, position }],
  );
  if (moves.length === 0) return;
  const gone = new Set(input.removeChapters);
  const order = (book?.chapters ?? [])
    .map(({ chapterNum }) => chapterNum)
    .filter((number) => !gone.has(number));
  for (const [index, chapterNum] of moved(order, moves).entries()) {
    const chapter = chapters.get(chapterNum) ?? { chapterNum, title: null, numbered: true };
    chapters.set(chapterNum, { ...chapter, position: index + 1 });
  }
}

/**
 * The book's record with what the input says of it: what is not named stays.
 * @throws InputErrors VALIDATION_FAILED, BOOK_INVALID
 */
export function describe(
  before: Before,
  input: BookInput,
  { userId, now }: { readonly userId: string; readonly now: Date },
): BookRecord {
  // What was deleted begins anew.
  const kept = before.record?.deleted ? undefined : before.record;
  const was = { record: kept, book: before.book };
  const chapters = described(was, input);
  placed(chapters, was, input);
  if (chapters.size > MAX_CHAPTERS) {
    const message = `The book would have ${chapters.size} chapters; at most ${MAX_CHAPTERS} are allowed. Split it.`;
    throw invalid('chapters', message);
  }
  const removed = new Map((kept?.removed ?? []).map((each) => [each.chapterNum, each]));
  for (const { chapterNum } of input.chapters ?? []) removed.delete(chapterNum);
  for (const chapterNum of input.removeChapters ?? [])
    removed.set(chapterNum, { chapterNum, at: now.toISOString() });
  return {
    userId,
    id: input.id,
    version: (before.record?.version ?? 0) + 1,
    title: input.title ?? kept?.title ?? input.id,
    language: languageFrom(input.language, kept?.language ?? null),
    front: frontFrom(input, kept?.front ?? noFrontMatter),
    chapters: [...chapters.values()].toSorted((a, b) => a.chapterNum - b.chapterNum),
    removed: [...removed.values()].toSorted((a, b) => a.chapterNum - b.chapterNum),
    automatic: [...new Set(input.automatic ?? kept?.automatic)],
    deleted: false,
    deletedAt: before.record?.deletedAt ?? null,
    createdAt: before.record?.createdAt ?? now,
  };
}

/** The record of a book that is deleted: it keeps that it was, and nothing of what it was. */
export const withdrawn = (
  record: BookRecord | undefined,
  { userId, id, now }: { readonly userId: string; readonly id: string; readonly now: Date },
): BookRecord => ({
  userId,
  id,
  version: (record?.version ?? 0) + 1,
  title: id,
  language: null,
  front: noFrontMatter,
  chapters: [],
  removed: [],
  automatic: [],
  deleted: true,
  deletedAt: now,
  createdAt: record?.createdAt ?? now,
});

/** The refusal of a book that is not there. */
export const noBook = (): BlobgraphError =>
  new BlobgraphError('BOOK_NOT_FOUND', 'You have no book of this id.', { field: 'id' });
