import type { Root } from 'mdast';
import { toString as textOf } from 'mdast-util-to-string';
import { visit } from 'unist-util-visit';
import { openDocument } from '../../../platform/markdown/document.ts';
import { givenTitle, isBlank, titleOfMarkdown } from '../../../platform/markdown/title.ts';
import { parseMarkdown, stretchOf } from '../../../platform/markdown/tree.ts';
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

/** A chapter as it goes into the book. */
export interface ChapterText {
  /** The chapter's key: no other has it. */
  readonly chapterNum: number;
  /** Blank: the chapter's own. */
  readonly title: string;
  /** Markdown. */
  readonly text: string;
}

/** An id that the writer gave to a place, and where it stands. */
export interface Named {
  readonly id: string;
  readonly start: number;
  readonly end: number;
  /** In a heading's attributes, where pandoc reads it instead of its own. */
  readonly ofHeading: boolean;
}

/** The address of a link to a place in the book, and where it stands. */
export interface LocalLink {
  readonly url: string;
  readonly start: number;
  readonly end: number;
}

/** A chapter, read: its text and all that joining it to others needs to know. */
export interface Survey {
  readonly chapterNum: number;
  /** In words, on one line; blank where nothing gives it one. */
  readonly title: string;
  /** Without front matter and trailing white space. */
  readonly text: string;
  /** Changes that do not depend on the other chapters. */
  readonly edits: readonly Edit[];
  /** The heading in the text that shows the title; null where the text has none. */
  readonly opening: HeadingSpot | null;
  /** The heading in the text that another title takes the place of; null where there is none. */
  readonly replaced: HeadingSpot | null;
  /** Its other headings, in order. */
  readonly headings: readonly HeadingSpot[];
  readonly ids: readonly Named[];
  readonly links: readonly LocalLink[];
  /** Closes what the chapter leaves open. */
  readonly ending: string;
  /** Its words as readers see them, but for the title: for counting. */
  readonly words: string;
}

/** An address inside a book: of a place, or of a file of Markdown beside it. */
const LOCAL = /^(?:#.|(?![a-z][a-z0-9+.-]*:|\/\/)[^?#]*\.(?:md|markdown|mdx|rmd|qmd)(?:#.*)?$)/i;

const DESTINATION = /\]\([ \t\n]*(?:<([^<>\n]*)>|((?:[^\s()\\]|\\.|\([^\s()]*\))+))/dy;
const DEFINITION = /\[(?:\\.|[^\\[\]])*\]:[\s>]*(?:<([^<>\n]*)>|(\S+))/dy;

function linksIn(text: string, tree: Root): LocalLink[] {
  const links: LocalLink[] = [];
  const look = (pattern: RegExp, at: number, url: string) => {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    const [start, end] = match?.indices?.[1] ?? match?.indices?.[2] ?? [];
    if (start !== undefined && end !== undefined) links.push({ start, end, url });
  };
  visit(tree, (node) => {
    if (node.type === 'link' && LOCAL.test(node.url)) {
      const { start } = stretchOf(node);
      const last = node.children.at(-1);
      if (text[start] === '[') look(DESTINATION, last ? stretchOf(last).end : start + 1, node.url);
    }
    if (node.type === 'definition' && LOCAL.test(node.url))
      look(DEFINITION, text.indexOf('[', stretchOf(node).start), node.url);
  });
  return links;
}

/** Ids in pandoc's attributes: `{#id .class}`. */
function attributeIds(text: string, tree: Root, headings: readonly HeadingSpot[]): Named[] {
  const ids: Named[] = [];
  visit(tree, 'text', (node) => {
    const { start, end } = stretchOf(node);
    for (const { index, 1: id = '' } of text.slice(start, end).matchAll(/\{#([^\s{}]+)[^{}]*\}/g)) {
      const at = start + index + 2;
      const ofHeading = headings.some((heading) => heading.start <= at && at <= heading.end);
      ids.push({ id, start: at, end: at + id.length, ofHeading });
    }
  });
  return ids;
}

/** The words of every block of text. */
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

/** The level of a heading in HTML, once it has sunk. */
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

/** The chapter's title, and what becomes of the heading that it opens with. */
function titled({ title, text }: ChapterText, opening: HeadingSpot | null) {
  // A line of marks is what an earlier release took for a title.
  const given = /^[-#=*_\s]*$/.test(title) ? null : givenTitle(title);
  const name = given ?? titleOfMarkdown(text) ?? '';
  if (!opening) return { name, fate: 'none' } as const;
  if (holdsTitle(opening.words, name)) return { name, fate: 'kept' } as const;
  return { name, fate: opening.depth === 1 ? 'replaced' : 'own' } as const;
}

/** Reads one chapter. Takes time that grows with its text, and with its square where it is made to. */
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
    links: [...linksIn(text, tree), ...html.links.filter(({ url }) => LOCAL.test(url))],
    ending: closingLines([...closingTags(html.open, shift), ...openings.open]),
    words: wordsOf(tree, titleHeading),
  };
}
