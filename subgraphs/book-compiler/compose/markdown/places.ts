import type { Root } from 'mdast';
import { visit } from 'unist-util-visit';
import { stretchOf } from '../../../../platform/markdown/tree.ts';
import type { HeadingSpot } from './headings.ts';

/** An id of the writer's, and its position. */
export interface Named {
  readonly id: string;
  /** In UTF-16 units of the chapter, as its end, which is exclusive. */
  readonly start: number;
  readonly end: number;
  /** In a heading's attributes, where it replaces pandoc's generated id. */
  readonly ofHeading: boolean;
}

/** The address of a link into the book, and its position. */
export interface LocalLink {
  readonly url: string;
  /** In UTF-16 units of the chapter, as its end, which is exclusive. */
  readonly start: number;
  readonly end: number;
}

/** An address inside a book: a fragment, or a Markdown file. */
const LOCAL = /^(?:#.|(?![a-z][a-z0-9+.-]*:|\/\/)[^?#]*\.(?:md|markdown|mdx|rmd|qmd)(?:#.*)?$)/i;

export const isLocal = (url: string): boolean => LOCAL.test(url);

const DESTINATION = /\]\([ \t\n]*(?:<([^<>\n]*)>|((?:[^\s()\\]|\\.|\([^\s()]*\))+))/dy;
const DEFINITION = /\[(?:\\.|[^\\[\]])*\]:[\s>]*(?:<([^<>\n]*)>|(\S+))/dy;

/** Links into the book, of Markdown. */
export function linksIn(text: string, tree: Root): LocalLink[] {
  const links: LocalLink[] = [];
  const look = (pattern: RegExp, at: number, url: string) => {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    const [start, end] = match?.indices?.[1] ?? match?.indices?.[2] ?? [];
    if (start !== undefined && end !== undefined) links.push({ start, end, url });
  };
  visit(tree, (node) => {
    if (node.type === 'link' && isLocal(node.url)) {
      const { start } = stretchOf(node);
      const last = node.children.at(-1);
      if (text[start] === '[') look(DESTINATION, last ? stretchOf(last).end : start + 1, node.url);
    }
    if (node.type === 'definition' && isLocal(node.url))
      look(DEFINITION, text.indexOf('[', stretchOf(node).start), node.url);
  });
  return links;
}

/** Ids in pandoc's attributes: `{#id .class}`. */
export function attributeIds(text: string, tree: Root, headings: readonly HeadingSpot[]): Named[] {
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
