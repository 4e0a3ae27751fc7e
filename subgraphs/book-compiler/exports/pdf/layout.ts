import { textLimits } from '../../../../platform/input/limits.ts';
import { isRightToLeft, primaryLanguage } from '../../../../platform/text/language.ts';
import { contentsHeading } from '../../compose/contents-heading.ts';
import type { ParsedBook, ParsedChapter } from '../book/book.ts';
import { readBlocks } from './blocks.ts';
import { familiesFor } from './fonts.ts';
import type { SetImage } from './images.ts';
import { type Reading, readLine } from './lines.ts';
import { MARK, oneLine } from './text.ts';
import type { Anchor, Block, BookTree, ChapterTree, Inline } from './tree.ts';

/** UTF-16 units. */
const MAX_HEAD = 70;
const MAX_RIGHTS = 2_000;

/** A title that begins with a number or a word for chapter gets no number. */
const NUMBERED = /^(?:\p{N}|[ivxlcdm]+[.:)\s]|chapter|kapitel|chapitre|cap[ií]tulo|глава|第)/iu;

/** Removes what a heading in the contents must not hold. */
const plain = (nodes: readonly Inline[]): Inline[] =>
  nodes.flatMap((node): Inline[] => {
    if (typeof node === 'string' || node.t === 'code') return [node];
    // The contents repeat the heading, but an id must be unique.
    if (node.t === 'note') return [{ ...node, id: null }];
    if (node.t === 'br') return [' '];
    if (node.t === 'link' || node.t === 'ref') return plain(node.c);
    return 'c' in node ? [{ ...node, c: plain(node.c) }] : [];
  });

const isBlankLine = (nodes: readonly Inline[]): boolean =>
  nodes.every((node) => typeof node === 'string' && node.trim() === '');

/** Headings in a note become emphasised paragraphs. */
const asNote = (blocks: readonly Block[]): Block[] =>
  blocks.map((block) => (block.t === 'h' ? { t: 'p', c: [{ t: 'strong', c: block.c }] } : block));

/** Short names of ids: the same for the same id. */
class Places {
  readonly #names = new Map<string, string>();
  nameOf(id: string): string {
    const known = this.#names.get(id);
    if (known !== undefined) return known;
    const name = `place-${this.#names.size}`;
    this.#names.set(id, name);
    return name;
  }
}

type Shared = Pick<Reading, 'rtl' | 'picture' | 'placeOf'>;

/** References to a chapter's notes: the first holds the note's text, later ones its number. */
function referring({ notes }: ParsedChapter, shared: Shared): Reading['note'] {
  const within: Reading = { ...shared, outline: { level: 1 }, note: () => null };
  const bodies = new Map(notes.map((note) => [note.id, note.body]));
  const told = new Set<string>();
  return (id) => {
    const body = bodies.get(id);
    if (!body) return null;
    const name = shared.placeOf(id);
    if (told.has(id)) return { t: 'noted', id: name };
    told.add(id);
    return { t: 'note', id: name, c: asNote(readBlocks(body, within)) };
  };
}

function chapterTree(chapter: ParsedChapter, shared: Shared): ChapterTree {
  const reading: Reading = { ...shared, outline: { level: 1 }, note: referring(chapter, shared) };
  // A note of the heading is set again when the text refers to it.
  const heading = plain(readLine(chapter.heading, { ...reading, note: referring(chapter, shared) }));
  const line = oneLine(chapter.title, MAX_HEAD);
  const { number } = chapter;
  return {
    number: number === null || NUMBERED.test(line) ? null : number,
    title: isBlankLine(heading) ? [oneLine(chapter.title, textLimits.title) || '…'] : heading,
    head: line,
    lang: chapter.language === null ? null : langOf(chapter.language),
    id: shared.placeOf(chapter.id),
    blocks: readBlocks(chapter.body, reading),
  };
}

/** The language for the compiler; `und` (ISO 639-2) when unknown: nothing is hyphenated. */
function langOf(language: string): string {
  const primary = primaryLanguage(language);
  return /^[a-z]{2,3}$/.test(primary) ? primary : 'und';
}

/** Collects a book's ids, and removes the second of two equal ones. */
function settlePlaces(chapters: readonly ChapterTree[]): Pick<BookTree, 'chapters' | 'places'> {
  const places: Record<string, true> = Object.fromEntries(chapters.map(({ id }) => [id, true as const]));
  const json = JSON.stringify(chapters, (_key, value: unknown) => {
    if (typeof value !== 'object' || value === null || !('t' in value) || value.t !== 'anchor') return value;
    const { id } = value as unknown as Anchor;
    if (Object.hasOwn(places, id)) return '';
    places[id] = true;
    return value;
  });
  return { chapters: JSON.parse(json) as ChapterTree[], places };
}

export interface Laid {
  /** By the keys of the book's pictures; without those that could not be read. */
  readonly pictures: ReadonlyMap<string, SetImage>;
  /** Null: the book has none, or it could not be read. */
  readonly cover: SetImage | null;
  /** The machine's font families, tried last. */
  readonly fonts: readonly string[];
}

/** The book as the input of `book.typ`. Reports progress, 0 to 1. Does not know yet which characters no font has. */
export function bookTree(book: ParsedBook, laid: Laid, onProgress: (done: number) => void): BookTree {
  const { title, subtitle, author, rights, language } = book;
  const rtl = isRightToLeft(language);
  const places = new Places();
  const shared = {
    rtl,
    picture: (key: string) => {
      const { file, width } = laid.pictures.get(key) ?? {};
      // Without its bytes, which the compiler has as a file: the tree is passed on as JSON.
      return file === undefined || width === undefined ? null : { file, width };
    },
    placeOf: (id: string) => places.nameOf(id),
  };
  const chapters: ChapterTree[] = [];
  for (const chapter of book.chapters()) {
    chapters.push(chapterTree(chapter, shared));
    onProgress(chapters.length / book.titles.length);
  }
  const name = oneLine(title, textLimits.title) || '…';
  return {
    title: name,
    subtitle: subtitle === null ? null : oneLine(subtitle, textLimits.title),
    authors: author === null ? [] : [oneLine(author, textLimits.title)],
    rights: rights === null ? null : oneLine(rights, MAX_RIGHTS),
    lang: langOf(language),
    region: /-([A-Za-z]{2})(?:-|$)/.exec(language)?.[1]?.toLowerCase() ?? null,
    rtl,
    head: oneLine(title, MAX_HEAD),
    contents: contentsHeading(language === 'und' ? null : language),
    cover: laid.cover && { file: laid.cover.file, alt: name },
    fonts: familiesFor(language, laid.fonts),
    ...settlePlaces(chapters),
    unshown: [],
    mark: MARK,
  };
}
