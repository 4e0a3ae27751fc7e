import type { CreateBlobInput } from 'blobgraph/client';
import { count } from '../../design/text/time.tsx';

/** The fields of the writing desk. */
export interface Draft {
  readonly text: string;
  /** Empty: the first line of the text. */
  readonly title: string;
  /** Empty: in no book. */
  readonly bookId: string;
  /** As it was typed; of a draft in a book. */
  readonly chapter: string;
}

export const NO_DRAFT: Draft = { text: '', title: '', bookId: '', chapter: '' };

export type DraftField = keyof Draft;
export type DraftFaults = Readonly<Partial<Record<DraftField | 'other', string>>>;

const MAX_CHAPTER = 100_000;
const MAX_BYTES = 5 * 1024 * 1024;
const MAX_TITLE = 500;
const MAX_BOOK_ID = 200;

const encoder = new TextEncoder();
/** As the graph measures a document: its JSON in UTF-8. */
const bytesOf = (text: string): number => encoder.encode(JSON.stringify(text)).length;

function faultOfText(text: string): string | undefined {
  if (!/\S/.test(text)) return 'Write something first.';
  if (text.includes('\0')) return 'The text holds the character NUL (U+0000). Remove it.';
  // A unit of UTF-16 is a byte at least: short texts need not be measured.
  if (text.length * 6 <= MAX_BYTES) return undefined;
  const over = bytesOf(text) - MAX_BYTES + 1_000;
  if (over <= 0) return undefined;
  return `The text is ${count(Math.ceil(over / 1_000))} kB too long: a draft may have 5 MiB. Split the chapter.`;
}

function faultOfChapter(chapter: string): string | undefined {
  const number = Number(chapter);
  if (/^\d+$/.test(chapter.trim()) && number >= 1 && number <= MAX_CHAPTER) return undefined;
  return `Give a whole number from 1 to ${count(MAX_CHAPTER)}.`;
}

/** A draft's faults, before the graph is asked. */
export function faultsOf({ text, title, bookId, chapter }: Draft): DraftFaults {
  const faults = {
    text: faultOfText(text),
    title: title.length > MAX_TITLE ? `At most ${MAX_TITLE} characters.` : undefined,
    bookId: bookId.length > MAX_BOOK_ID ? `At most ${MAX_BOOK_ID} characters.` : undefined,
    chapter: bookId ? faultOfChapter(chapter) : undefined,
  };
  return Object.fromEntries(Object.entries(faults).filter(([, fault]) => fault !== undefined));
}

/** Fields of the graph's input by where they are typed. */
const FIELDS: readonly (readonly [prefix: string, field: DraftField])[] = [
  ['data.metadata.chapter_num', 'chapter'],
  ['data.metadata.book_id', 'bookId'],
  ['title', 'title'],
  ['data', 'text'],
];

interface UserFault {
  readonly field?: string | null;
  readonly message: string;
}

/** The graph's faults, at the fields where they can be mended. */
export function faultsIn(errors: readonly UserFault[]): DraftFaults {
  const named = errors.map(({ field, message }) => {
    const [, at] = FIELDS.find(([prefix]) => field?.startsWith(prefix)) ?? [];
    return [at ?? 'other', message] as const;
  });
  return Object.fromEntries(named);
}

/** A stored document, whose members of the client's own stay in a newer draft. */
export type Body = { readonly metadata?: Readonly<Record<string, unknown>> | null } | undefined;

/** The blob that a draft becomes. `before`: the document that it is a newer draft of. */
export function inputOf(
  { text, title, bookId, chapter }: Draft,
  idempotencyKey: string,
  before?: Body,
): CreateBlobInput {
  const { book_id: _book, chapter_num: _chapter, title: _title, ...own } = before?.metadata ?? {};
  const place = bookId ? { book_id: bookId, chapter_num: Number(chapter) } : {};
  const metadata = { ...own, ...place };
  return {
    type: bookId ? 'chapter_draft' : 'text',
    schemaId: 'text-input-v1',
    ...(title.trim() && { title: title.trim() }),
    data: { content: text, ...(Object.keys(metadata).length > 0 && { metadata }) },
    idempotencyKey,
  };
}

export const isSame = (one: Draft, other: Draft): boolean =>
  one.text === other.text &&
  one.title === other.title &&
  one.bookId === other.bookId &&
  one.chapter === other.chapter;

interface Chaptered {
  readonly chapterNum: number;
  readonly title: string;
  readonly draft?: unknown;
}

/** The number of a new chapter at the end of a book. */
export const nextChapter = (chapters: readonly Chaptered[]): number =>
  Math.min(MAX_CHAPTER, Math.max(0, ...chapters.map(({ chapterNum }) => chapterNum)) + 1);

/** Says what saving does to the book. */
export function placeSaid(chapter: string, chapters: readonly Chaptered[]): string {
  const taken = chapters.find(({ chapterNum }) => String(chapterNum) === chapter.trim());
  if (!taken) return 'A new chapter.';
  if (!taken.draft) return `The first draft of “${taken.title}”.`;
  return `A newer draft of “${taken.title}”. Earlier ones stay readable.`;
}
