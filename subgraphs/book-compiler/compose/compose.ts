import { stringify } from 'yaml';
import { literal } from '../../../platform/markdown/literal.ts';
import { isBlank } from '../../../platform/markdown/title.ts';
import { detectLanguage, isRightToLeft, primaryLanguage } from '../../../platform/text/language.ts';
import { collapsed } from '../../../platform/text/text.ts';
import { contentsHeading } from './contents-heading.ts';
import { anchor, behindHeading, target } from './markdown/anchors.ts';
import { type Edit, splice } from './markdown/edits.ts';
import { LEVEL } from './markdown/headings.ts';
import { type ChapterText, type Survey, survey } from './markdown/survey.ts';

/** A chapter of a book, in its place. */
export interface BookChapter extends ChapterText {
  /** The number that readers see; null for a chapter without one, such as a prologue. */
  readonly number: number | null;
}

export interface BookText {
  readonly title: string;
  /** Null: no author on the title page. */
  readonly author: string | null;
  /** Absent or null, as `rights`: not shown. */
  readonly subtitle?: string | null;
  readonly rights?: string | null;
  /** A BCP 47 tag. Null: detected from the chapters. */
  readonly language: string | null;
  /** In the order of the book. */
  readonly chapters: readonly BookChapter[];
}

/** A chapter in the compiled book. */
export interface ComposedChapter {
  /** Plain text, on one line. */
  readonly title: string;
  /** Its heading, its anchor and its text, as Markdown. */
  readonly text: string;
  /** Plain text without the title. */
  readonly words: string;
}

export interface ComposedBook {
  /** A BCP 47 tag, the given or the detected one; null: unknown. */
  readonly language: string | null;
  /** The whole book as Markdown. */
  readonly text: string;
  /** In the order of the book. */
  readonly chapters: readonly ComposedChapter[];
}

const heading = (level: number, words: string): string => `${'#'.repeat(level)} ${words}`;

/** Metadata as a YAML block for Markdown tools, then the title page. */
function frontMatter(
  { title, subtitle = null, author, rights = null }: BookText,
  language: string | null,
): string[] {
  const metadata = {
    title: collapsed(title),
    ...(subtitle === null ? {} : { subtitle: collapsed(subtitle) }),
    ...(author === null ? {} : { author: collapsed(author) }),
    ...(rights === null ? {} : { rights: collapsed(rights) }),
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

/** A chapter's title, or a default when neither the book nor its text gives one. */
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

/** The language of most of the text. */
const languageOf = (surveys: readonly Survey[]): string | null =>
  detectLanguage(surveys.map(({ words }) => words.slice(0, 2_000)).join('\n'));

/**
 * Joins a book into one Markdown text: front matter, title, table of contents, then every chapter in order. Prose is
 * kept to the letter. Changed is only what would mean something else beside the other chapters: labels, ids, heading
 * levels, unclosed blocks. Front matter and comments of chapters are removed. Deterministic.
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
