import type { Root } from 'mdast';
import { toString as textOf } from 'mdast-util-to-string';
import { visit } from 'unist-util-visit';
import { openDocument } from '../../../../platform/markdown/document.ts';
import { givenTitle, isBlank, titleOfMarkdown } from '../../../../platform/markdown/title.ts';
import { parseMarkdown, stretchOf } from '../../../../platform/markdown/tree.ts';
import type { Edit } from './edits.ts';
import {
  findHeadings,
  type HeadingSpot,
  holdsTitle,
  LEVEL,
  marks,
  openingHeading,
  relevel,
  shiftOf,
} from './headings.ts';
import { surveyHtml, type Tag } from './html.ts';
import { relabel } from './labels.ts';
import { closeOpenings, closingLines, type Opening } from './openings.ts';
import { attributeIds, isLocal, type LocalLink, linksIn, type Named } from './places.ts';

/** A chapter's source. */
export interface ChapterText {
  /** The chapter's key, unique in the book. */
  readonly chapterNum: number;
  /** Blank: taken from the text. */
  readonly title: string;
  /** Markdown. */
  readonly text: string;
}

/** A parsed chapter: its text, and what is needed to join it to others. */
export interface Survey {
  readonly chapterNum: number;
  /** Plain text on one line; blank when it has none. */
  readonly title: string;
  /** Without front matter and trailing white space. */
  readonly text: string;
  /** Edits that do not depend on other chapters. */
  readonly edits: readonly Edit[];
  /** The heading that shows the title; null without one. */
  readonly opening: HeadingSpot | null;
  /** The heading that is replaced by another title; null without one. */
  readonly replaced: HeadingSpot | null;
  /** Its other headings, in order. */
  readonly headings: readonly HeadingSpot[];
  /** The writer's, in HTML and in pandoc's attributes. */
  readonly ids: readonly Named[];
  /** Those that lead into the book, in Markdown and HTML. */
  readonly links: readonly LocalLink[];
  /** Text that closes what the chapter leaves open. */
  readonly ending: string;
  /** Plain text without the title, for counting words. */
  readonly words: string;
}

/** The plain text of all blocks. */
function wordsOf(tree: Root, title: HeadingSpot | null): string {
  const words: string[] = [];
  visit(tree, (node) => {
    if (node.type === 'heading' && stretchOf(node).start === title?.start) return 'skip';
    if (
      node.type === 'paragraph' ||
      node.type === 'heading' ||
      node.type === 'tableCell' ||
      node.type === 'code'
    ) {
      words.push(textOf(node, { includeHtml: false }));
      return 'skip';
    }
    return undefined;
  });
  return words.join('\n');
}

/** The level of an HTML heading that is lowered by `shift`. */
const sunk = (level: number, shift: number): number => Math.min(6, Math.max(LEVEL.own, level + shift));

const headingTags = (tags: readonly Tag[], text: string, shift: number): Edit[] =>
  tags.map(({ name, start, end }) => {
    const at = start + text.slice(start, end).search(/\d/);
    return { start: at, end: at + 1, text: String(sunk(Number(name[1]), shift)) };
  });

const closingTags = (open: readonly Opening[], shift: number): Opening[] =>
  open.map(({ at, closing }) => ({
    at,
    closing: closing.replace(/(?<=^<\/h)[1-6](?=>$)/, (level) => String(sunk(Number(level), shift))),
  }));

/** The chapter's title, and whether its first heading is kept, replaced, or one of its own headings. */
function titled({ title, text }: ChapterText, opening: HeadingSpot | null) {
  // Earlier releases could store a line of marks as the title.
  const given = /^[-#=*_\s]*$/.test(title) ? null : givenTitle(title);
  const name = given ?? titleOfMarkdown(text) ?? '';
  if (!opening) return { name, fate: 'none' } as const;
  if (holdsTitle(opening.words, name)) return { name, fate: 'kept' } as const;
  return { name, fate: opening.depth === 1 ? 'replaced' : 'own' } as const;
}

/** Parses one chapter. Time grows with its length; with its square for hostile texts. */
export function survey(chapter: ChapterText): Survey {
  const text = openDocument(chapter.text).text.trimEnd();
  const tree = parseMarkdown(text);
  const all = findHeadings(tree);
  const opening = openingHeading(tree, all);
  const { name, fate } = titled(chapter, opening);
  const titleHeading = fate === 'kept' || fate === 'replaced' ? opening : null;
  const headings = all.filter((heading) => heading !== titleHeading);
  const shift = shiftOf(headings, titleHeading);
  const html = surveyHtml(text, tree);
  const openings = closeOpenings(text, tree);
  const replaced = fate === 'replaced' ? opening : null;
  const kept = fate === 'kept' ? opening : null;
  return {
    chapterNum: chapter.chapterNum,
    title: isBlank(name) ? '' : name,
    text,
    edits: [
      ...(replaced ? [{ start: replaced.start, end: replaced.end, text: '' }] : []),
      ...(kept ? relevel(text, kept, marks(LEVEL.chapter, 0)) : []),
      ...headings.flatMap((heading) => relevel(text, heading, marks(heading.depth, shift))),
      ...relabel(text, tree, String(chapter.chapterNum)),
      ...html.edits,
      ...headingTags(html.headings, text, shift),
      ...openings.edits,
    ],
    opening: kept,
    replaced,
    headings,
    ids: [...html.ids, ...attributeIds(text, tree, all)],
    links: [...linksIn(text, tree), ...html.links.filter(({ url }) => isLocal(url))],
    ending: closingLines([...closingTags(html.open, shift), ...openings.open]),
    words: wordsOf(tree, titleHeading),
  };
}
