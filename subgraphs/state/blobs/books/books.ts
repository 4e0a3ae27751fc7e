import { groupBy } from '../../../../platform/collections/group-by.ts';
import { openDocument } from '../../../../platform/markdown/document.ts';
import { detectLanguage, languageTag } from '../../../../platform/text/language.ts';
import type { ChapterDraft } from '../../store/books.ts';
import {
  type BookRecord,
  type BriefEntry,
  type Detail,
  type EntryOf,
  type FrontMatter,
  type IndexEntry,
  noFrontMatter,
} from '../../store/records.ts';
import type { StateStore } from '../../store/store.ts';
import { inOrder } from './order.ts';

/** A chapter of a book with its newest draft. */
export interface Chapter<Draft = IndexEntry> {
  /** Its key, which no other chapter of the book ever has. */
  readonly chapterNum: number;
  /** Its position in the book, from 1. */
  readonly position: number;
  /** False for front and back matter, such as a prologue. */
  readonly numbered: boolean;
  /** Its own, else that of its draft. */
  readonly title: string;
  /** The newest that belongs to the book; null when there is none. */
  readonly draft: Draft | null;
}

/** A book, joined from its record and its drafts. */
export interface Book<Draft = IndexEntry> {
  /** Chosen by the user: unique only among the user's books. */
  readonly id: string;
  readonly userId: string;
  /** That of its record, deleted or not; 0 without one. */
  readonly version: number;
  /** The book's id without a record. */
  readonly title: string;
  /** As its user set it; see {@link languageOf}. */
  readonly language: string | null;
  readonly front: FrontMatter;
  /** As of {@link BookRecord.automatic}. */
  readonly automatic: readonly string[];
  /** In the order of the book. */
  readonly chapters: readonly Chapter<Draft>[];
}

/** A book in a list, without its chapters. */
export interface ListedBook extends Omit<Book, 'chapters'> {
  /** When its record or its first draft was stored, whichever came first. */
  readonly createdAt: Date;
}

/** The drafts that are newer than the deletion of the book or of their chapter. */
function present<Draft extends BriefEntry>(
  record: BookRecord | undefined,
  drafts: readonly ChapterDraft<Draft>[],
): readonly ChapterDraft<Draft>[] {
  if (!record) return drafts;
  const since = new Map(record.removed.map(({ chapterNum, at }) => [chapterNum, new Date(at)]));
  return drafts.filter(({ chapterNum, draft: { createdAt } }) =>
    [record.deletedAt, since.get(chapterNum)].every((gone) => gone == null || createdAt > gone),
  );
}

function chaptersOf<Draft extends BriefEntry>(
  record: BookRecord | undefined,
  drafts: readonly ChapterDraft<Draft>[],
): Chapter<Draft>[] {
  const draftOf = new Map(drafts.map(({ chapterNum, draft }) => [chapterNum, draft]));
  const described = record?.chapters ?? [];
  const known = new Set(described.map(({ chapterNum }) => chapterNum));
  const others = drafts.filter(({ chapterNum }) => !known.has(chapterNum));
  const all = [
    ...described,
    ...others.map(({ chapterNum }) => ({ chapterNum, title: null, position: null, numbered: true })),
  ];
  // A chapter without a title of its own goes with its draft.
  return inOrder(all.filter(({ title, chapterNum }) => title !== null || draftOf.has(chapterNum))).map(
    ({ chapterNum, title, numbered }, index) => {
      const draft = draftOf.get(chapterNum) ?? null;
      return { chapterNum, position: index + 1, numbered, title: title ?? draft?.title ?? '', draft };
    },
  );
}

/** Joins a book's record and its drafts; null when there is neither. */
export function joinBook<Draft extends BriefEntry>(
  userId: string,
  id: string,
  record: BookRecord | undefined,
  found: readonly ChapterDraft<Draft>[],
): Book<Draft> | null {
  const drafts = present(record, found);
  const described = record?.deleted ? undefined : record;
  if (!described && drafts.length === 0) return null;
  return {
    id,
    userId,
    version: record?.version ?? 0,
    title: described?.title ?? id,
    language: described?.language ?? null,
    front: described?.front ?? noFrontMatter,
    automatic: described?.automatic ?? [],
    chapters: chaptersOf(described, drafts),
  };
}

/** Drafts whose previews are used to detect the book's language. */
const LOOKED_AT = 20;

/** A book's language as a BCP 47 tag: set by its user, or detected from its drafts' previews; null when unknown. */
export function languageOf({
  language,
  chapters,
}: Pick<Book<Pick<IndexEntry, 'preview'>>, 'language' | 'chapters'>): string | null {
  if (language !== null) return language;
  const drafts = chapters.flatMap(({ draft }) => draft ?? []).slice(0, LOOKED_AT);
  const opened = drafts.map(({ preview }) => openDocument(preview));
  for (const { frontMatter } of opened) {
    const tag = languageTag(frontMatter['lang'] ?? frontMatter['language']);
    if (tag !== null) return tag;
  }
  return detectLanguage(opened.map(({ text }) => text).join('\n'));
}

/** The user's books with these ids, in two queries. `detail`: of their drafts; default `whole`. */
export async function readBooks<D extends Detail = 'whole'>(
  store: Pick<StateStore, 'bookRecords' | 'newestDrafts'>,
  userId: string,
  ids: readonly string[],
  detail?: D,
): Promise<Book<EntryOf[D]>[]> {
  const [records, drafts] = await Promise.all([
    store.bookRecords(userId, ids),
    store.newestDrafts(userId, ids, detail),
  ]);
  const recordOf = new Map(records.map((record) => [record.id, record]));
  const draftsOf = groupBy(drafts, ({ bookId }) => bookId);
  return [...new Set(ids)].flatMap(
    (id) => joinBook(userId, id, recordOf.get(id), draftsOf.get(id) ?? []) ?? [],
  );
}

/** The user's books, the newest first, at most 1,000, in two queries. */
export async function listBooks(
  store: Pick<StateStore, 'listedPlaces' | 'bookRecords'>,
  userId: string,
): Promise<ListedBook[]> {
  const places = await store.listedPlaces(userId, 'bookId');
  const ids = places.map(({ id }) => id);
  const records = ids.length > 0 ? await store.bookRecords(userId, ids) : [];
  const recordOf = new Map(records.map((record) => [record.id, record]));
  return places.map(({ id, listedAt }) => {
    const { version = 0, deleted, ...record } = recordOf.get(id) ?? {};
    const described: Partial<BookRecord> = deleted ? {} : record;
    const { title = id, language = null, front = noFrontMatter, automatic = [] } = described;
    return { id, userId, version, title, language, front, automatic, createdAt: listedAt };
  });
}
