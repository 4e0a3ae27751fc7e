import { isRightToLeft, primaryLanguage } from '../../../../platform/language.ts';
import { contentsHeading } from '../../contents.ts';
import { familiesFor } from './fonts.ts';
import type { SetImage } from './images.ts';
import {
  type ParsedChapter,
  parseChapter,
  placesOf,
  type Reading,
  readBlocks,
  readInlines,
  withinChapter,
} from './read.ts';
import type { PdfRequest } from './request.ts';
import { MARK, oneLine } from './text.ts';
import type { BookTree, ChapterTree, Inline } from './tree.ts';

/** UTF-16 units. */
const MAX_HEAD = 70;
const MAX_RIGHTS = 2_000;

type Chapter = PdfRequest['chapters'][number];

/** A title that begins with its number, or says that it is a chapter, needs no other. */
const NUMBERED = /^(?:\p{N}|[ivxlcdm]+[.:)\s]|chapter|kapitel|chapitre|cap[ií]tulo|глава|第)/iu;

/** Without what a heading that is listed cannot hold. */
const plain = (nodes: readonly Inline[]): Inline[] =>
  nodes.flatMap((node): Inline[] => {
    if (typeof node === 'string' || node.t === 'code' || node.t === 'note') return [node];
    if (node.t === 'br') return [' '];
    if (node.t === 'em' || node.t === 'strong') return [{ ...node, c: plain(node.c) }];
    return node.t === 'link' || node.t === 'ref' ? plain(node.c) : [];
  });

const isEmpty = (nodes: readonly Inline[]): boolean =>
  nodes.every((node) => typeof node === 'string' && node.trim() === '');

function chapterTree({ number, title }: Chapter, parsed: ParsedChapter, reading: Reading): ChapterTree {
  const within = withinChapter(parsed, reading);
  const { children } = parsed.tree;
  const at = children.findIndex(({ type }) => type !== 'definition' && type !== 'footnoteDefinition');
  const first = children[at];
  const heading = first?.type === 'heading' ? first : null;
  const own = heading ? plain(readInlines(heading.children, within)) : [];
  const body = readBlocks(heading ? children.toSpliced(at, 1) : children, within);
  const line = oneLine(title, MAX_HEAD);
  return {
    number: number === null || NUMBERED.test(line) ? null : number,
    title: isEmpty(own) ? [oneLine(title, 500) || '…'] : own,
    head: line,
    ids: body.flatMap((each) => (each.t === 'anchor' ? each.id : [])),
    blocks: body.filter(({ t }) => t !== 'anchor'),
  };
}

/** Short ids of places: of each name one, the first place of a name counts. */
function placing(parsed: readonly ParsedChapter[]) {
  const ids = new Map<string, string>();
  for (const name of parsed.flatMap(placesOf)) if (!ids.has(name)) ids.set(name, `place-${ids.size}`);
  const known = new Set(ids.values());
  return {
    idOf: (name: string) => ids.get(name) ?? '',
    isPlace: (id: string) => known.has(id),
  };
}

/** As the compiler takes it; `und` (ISO 639-2): unknown, and nothing is hyphenated. */
function langOf(language: string | null): string {
  const primary = primaryLanguage(language ?? 'und');
  return /^[a-z]{2,3}$/.test(primary) ? primary : 'und';
}

/** The book as `book.typ` reads it, but for what no font has. */
export function bookTree(
  request: PdfRequest,
  images: ReadonlyMap<string, SetImage>,
  cover: SetImage | null,
): BookTree {
  const { title, subtitle, author, rights, language, chapters, fonts } = request;
  const rtl = language !== null && isRightToLeft(language);
  const parsed = chapters.map(({ text }) => parseChapter(text));
  const reading: Reading = { rtl, image: (url) => images.get(url) ?? null, ...placing(parsed) };
  const name = oneLine(title, 500) || '…';
  return {
    title: name,
    subtitle: subtitle === null ? null : oneLine(subtitle, 500),
    authors: author === null ? [] : [oneLine(author, 500)],
    rights: rights === null ? null : oneLine(rights, MAX_RIGHTS),
    lang: langOf(language),
    region: /-([A-Za-z]{2})(?:-|$)/.exec(language ?? '')?.[1]?.toLowerCase() ?? null,
    rtl,
    head: oneLine(title, MAX_HEAD),
    contents: contentsHeading(language),
    cover: cover && { file: cover.file, alt: name },
    fonts: familiesFor(language, fonts),
    chapters: chapters.flatMap((chapter, index) => {
      const of = parsed[index];
      return of ? [chapterTree(chapter, of, reading)] : [];
    }),
    unshown: [],
    mark: MARK,
  };
}
