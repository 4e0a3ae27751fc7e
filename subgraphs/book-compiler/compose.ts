import { stringify } from 'yaml';

/** A chapter as it goes into the book. */
export interface ChapterText {
  readonly chapterNum: number;
  readonly title: string;
  /** Markdown, taken over verbatim. */
  readonly text: string;
}

export interface BookText {
  readonly title: string;
  /** Null: the title page names nobody. */
  readonly author: string | null;
  /** In the order of the book. */
  readonly chapters: readonly ChapterText[];
}

const oneLine = (text: string): string => text.replace(/[\s\p{Cc}]+/gu, ' ').trim();

/** Text as Markdown that shows that very text, on one line. */
const literal = (text: string): string => oneLine(text).replace(/[\\`*_[\]<>&~#]/g, '\\$&');

const comparable = (text: string): string =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();

/** True when the text opens with a heading that holds the chapter's title: a second one would repeat it. */
export function opensWithTitle({ title, text }: ChapterText): boolean {
  const heading = /^\s*#{1,2} +(.+)/.exec(text)?.[1];
  const wanted = comparable(title);
  return heading !== undefined && wanted !== '' && ` ${comparable(heading)} `.includes(` ${wanted} `);
}

const anchor = (chapter: ChapterText): string => `chapter-${chapter.chapterNum}`;

const label = ({ chapterNum, title }: ChapterText): string => literal(title) || `Chapter ${chapterNum}`;

/** Metadata as YAML, as Markdown tools read it, then the title page. */
function frontMatter({ title, author }: BookText): string[] {
  const metadata = { title: oneLine(title), ...(author === null ? {} : { author: oneLine(author) }) };
  return [
    `---\n${stringify(metadata, { lineWidth: 0 })}---`,
    `# ${literal(title)}`,
    ...(author === null ? [] : [`*by ${literal(author)}*`]),
  ];
}

function tableOfContents(chapters: readonly ChapterText[]): string[] {
  const entries = chapters.map(
    (chapter) => `- [${chapter.chapterNum}. ${label(chapter)}](#${anchor(chapter)})`,
  );
  return ['## Contents', entries.join('\n')];
}

function chapterParts(chapter: ChapterText): string[] {
  const target = `<a id="${anchor(chapter)}"></a>`;
  return opensWithTitle(chapter) ? [target, chapter.text] : [target, `# ${label(chapter)}`, chapter.text];
}

/**
 * The book as one Markdown text: front matter, table of contents, then every chapter in order with its text
 * verbatim, under its own heading or else one made of its title. The same input gives the same text.
 */
export function composeBook(book: BookText): string {
  const parts = [
    ...frontMatter(book),
    ...tableOfContents(book.chapters),
    ...book.chapters.flatMap(chapterParts),
  ];
  return `${parts.join('\n\n')}\n`;
}
