import { stringify } from 'yaml';
import { detectLanguage, isRightToLeft, primaryLanguage } from '../../platform/language.ts';
import { isBlank } from '../../platform/markdown/title.ts';
import { contentsHeading } from './contents.ts';
import { anchor, behindHeading, target } from './markdown/anchors.ts';
import { type Edit, splice } from './markdown/edits.ts';
import { LEVEL } from './markdown/headings.ts';
import { type ChapterText, type Survey, survey } from './markdown/survey.ts';

/** A chapter of a book, in its place. */
export interface BookChapter extends ChapterText {
  /** Its number as readers see it; null: it has none, such as a prologue. */
  readonly number: number | null;
}

export interface BookText {
  readonly title: string;
  /** Null: the title page names nobody. */
  readonly author: string | null;
  /** This and the next, absent or null: there is none. */
  readonly subtitle?: string | null;
  readonly rights?: string | null;
  /** A BCP 47 tag. Null: that of its chapters, where they tell. */
  readonly language: string | null;
  /** In the order of the book. */
  readonly chapters: readonly BookChapter[];
}

/** A chapter as it stands in the book. */
export interface ComposedChapter {
  /** In words, on one line. */
  readonly title: string;
  /** Its heading, its anchor and its text, as Markdown. */
  readonly text: string;
  /** Its words as readers see them, but for the title. */
  readonly words: string;
}

export interface ComposedBook {
  readonly language: string | null;
  /** The whole book as Markdown. */
  readonly text: string;
  readonly chapters: readonly ComposedChapter[];
}

const oneLine = (text: string): string => text.replace(/[\s\p{Cc}]+/gu, ' ').trim();

/** Text as Markdown that shows that very text, on one line, in every reader. */
const literal = (text: string): string => oneLine(text).replace(/[\\`*_[\]<>&~#^$@{}|]/g, '\\$&');

const heading = (level: number, words: string): string => `${'#'.repeat(level)} ${words}`;

/** Metadata as YAML, as Markdown tools read it, then the title page. */
function frontMatter(
  { title, subtitle = null, author, rights = null }: BookText,
  language: string | null,
): string[] {
  const metadata = {
    title: oneLine(title),
    ...(subtitle === null ? {} : { subtitle: oneLine(subtitle) }),
    ...(author === null ? {} : { author: oneLine(author) }),
    ...(rights === null ? {} : { rights: oneLine(rights) }),
    ...(language === null ? {} : { lang: language }),
    ...(language !== null && isRightToLeft(language) ? { dir: 'rtl' } : {}),
  };
  const by = language === null || primaryLanguage(language) === 'en' ? 'by ' : '';
  return [
    `---\n${stringify(metadata, { lineWidth: 0 })}---`,
    heading(LEVEL.book, literal(title)),
    ...(subtitle === null ? [] : [`**${literal(subtitle)}**`]),
    ...(author === null ? [] : [`*${by}${literal(author)}*`]),
    ...(rights === null ? [] : [literal(rights)]),
  ];
}

/** A chapter's title where neither the book nor its text gives it one. */
function titleOf({ title, chapterNum }: Survey, language: string | null): string {
  if (title !== '') return title;
  return language === null || primaryLanguage(language) === 'en'
    ? `Chapter ${chapterNum}`
    : String(chapterNum);
}

interface Entry {
  readonly number: number | null;
  readonly title: string;
  readonly id: string;
}

function tableOfContents(entries: readonly Entry[], words: string, contentsId: string | null): string[] {
  const lines = entries.map(
    ({ number, title, id }) => `- [${number === null ? '' : `${number}. `}${literal(title)}](#${id})`,
  );
  return [
    heading(LEVEL.chapter, words),
    ...(contentsId === null ? [] : [target(contentsId)]),
    lines.join('\n'),
  ];
}

/** A chapter's part of the book. */
function chapterText(chapter: Survey, title: string, id: string, edits: readonly Edit[]): string {
  const { text, opening, ending } = chapter;
  const own = opening ? [behindHeading(text, opening, id)] : [];
  const spliced = splice(text, [...own, ...chapter.edits, ...edits]);
  const body = spliced.replace(/^(?:[ \t]*\n)+/, '').trimEnd();
  return [
    ...(opening ? [] : [heading(LEVEL.chapter, literal(title)), target(id)]),
    ...(isBlank(body) ? [] : [body]),
    ...(ending === '' ? [] : [ending]),
  ].join('\n\n');
}

/** The language of most of what is written. */
const languageOf = (surveys: readonly Survey[]): string | null =>
  detectLanguage(surveys.map(({ words }) => words.slice(0, 2_000)).join('\n'));

/**
 * The book as one Markdown text: front matter, title, table of contents, then every chapter in order. A chapter's prose
 * stays to the letter; changed is only what would mean something else beside the other chapters (labels, ids, levels of
 * headings, what it leaves open), and what is not for readers goes (front matter, comments). The same input gives the same text.
 */
export function composeBook(book: BookText): ComposedBook {
  const surveys = book.chapters.map(survey);
  const language = book.language ?? languageOf(surveys);
  const contents = contentsHeading(language);
  const { chapters, contentsId } = anchor(surveys, [book.title, contents]);
  const titles = surveys.map((each) => titleOf(each, language));
  const composed = chapters.map(({ survey: each, id, edits }, index) => ({
    title: titles[index] ?? '',
    text: chapterText(each, titles[index] ?? '', id, edits),
    words: each.words,
  }));
  const entries = chapters.map(({ id }, index) => ({
    number: book.chapters[index]?.number ?? null,
    title: titles[index] ?? '',
    id,
  }));
  const parts = [
    ...frontMatter(book, language),
    ...tableOfContents(entries, contents, contentsId),
    ...composed.map(({ text }) => text),
  ];
  return { language, text: `${parts.join('\n\n')}\n`, chapters: composed };
}
