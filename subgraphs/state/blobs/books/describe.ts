import { BlobgraphError, InputErrors } from '../../../../platform/errors/errors.ts';
import { languageTag } from '../../../../platform/text/language.ts';
import { type BookRecord, type ChapterRecord, type FrontMatter, noFrontMatter } from '../../store/records.ts';
import type { Book } from './books.ts';
import { moved } from './order.ts';

/** A chapter in an input; absent or null leaves a member unchanged. */
export interface ChapterInput {
  /** 1 to 100,000. */
  readonly chapterNum: number;
  /** Required for a chapter that the book never had; at most 500 UTF-16 units. */
  readonly title?: string | null;
  /** 1 to 100,000. Moves the chapter there; the chapters behind it move on. */
  readonly position?: number | null;
  /** Default for a new chapter: true. */
  readonly numbered?: boolean | null;
}

/** A book in an input; absent leaves a member unchanged. */
export interface BookInput {
  /** Chosen by the user; at most 200 UTF-16 units. */
  readonly id: string;
  /** Null leaves it unchanged; at most 500 UTF-16 units. */
  readonly title?: string | null;
  /** Null: the language of its drafts. */
  readonly language?: string | null;
  /** This and the next three: null removes it. */
  readonly subtitle?: string | null;
  readonly author?: string | null;
  readonly rights?: string | null;
  readonly coverBlobId?: string | null;
  /** Chapters to add or change, at most 10,000, each named once. Others stay. */
  readonly chapters?: readonly ChapterInput[] | null;
  /** Numbers of chapters to remove, none of them in `chapters`. */
  readonly removeChapters?: readonly number[] | null;
  /** Opt-in processors that work on the book; replaces the list before. */
  readonly automatic?: readonly string[] | null;
}

/** A book before a change. */
export interface Before {
  /** Undefined without one: the book has only drafts, or does not exist. */
  readonly record: BookRecord | undefined;
  /** Joined with its drafts; null when it does not exist. */
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

/** The chapters that the book will have, by number, with their positions unchanged. @throws InputErrors BOOK_INVALID */
function described({ record, book }: Before, input: BookInput): Map<number, ChapterRecord> {
  const chapters = new Map((record?.chapters ?? []).map((chapter) => [chapter.chapterNum, chapter]));
  const known = new Set([...chapters.keys(), ...(book?.chapters ?? []).map(({ chapterNum }) => chapterNum)]);
  const wasRemoved = (chapterNum: number) =>
    record?.removed.some((each) => each.chapterNum === chapterNum) ?? false;
  for (const [index, chapterNum] of (input.removeChapters ?? []).entries()) {
    // A repeated request may still have drafts to delete.
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

/** Gives every chapter a position, if the input sets any. */
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
 * A book's record changed by an input.
 * @throws InputErrors VALIDATION_FAILED, BOOK_INVALID
 */
export function describe(
  before: Before,
  input: BookInput,
  { userId, now }: { readonly userId: string; readonly now: Date },
): BookRecord {
  // A deleted book starts over.
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

/** The record of a deleted book, which keeps nothing but its id and times. */
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

/** The refusal when a book does not exist. `field`: where its id was given. */
export const noBook = (field = 'id'): BlobgraphError =>
  new BlobgraphError('BOOK_NOT_FOUND', 'You have no book of this id.', { field });
