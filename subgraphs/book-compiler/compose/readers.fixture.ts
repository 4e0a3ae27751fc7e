import { HtmlRenderer, Parser } from 'commonmark';
import { micromark } from 'micromark';
import { gfm, gfmHtml } from 'micromark-extension-gfm';

/** A book as a Markdown reader renders it. */
export interface Reading {
  readonly html: string;
  /** Ids in the order of the text. */
  readonly ids: readonly string[];
  /** Fragments that links lead to. */
  readonly fragments: readonly string[];
  readonly headings: readonly { readonly level: number; readonly words: string }[];
}

const unescaped = (html: string): string =>
  html
    .replaceAll(/<[^>]*>/g, '')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');

/** The text of HTML, words separated by one space. */
export const wordsOf = (html: string): string =>
  unescaped(html.replaceAll(/<\/(?:p|h\d|li|td|th|pre|div|section)>/g, '\n'))
    .replaceAll(/\s+/g, ' ')
    .trim();

export function reading(html: string): Reading {
  const all = (pattern: RegExp) => [...html.matchAll(pattern)].map(([, found = '']) => found);
  return {
    html,
    // Micromark percent-encodes the ids of footnotes.
    ids: all(/\sid="([^"]*)"/g).map(decodeURIComponent),
    fragments: all(/\shref="#([^"]*)"/g).map(decodeURIComponent),
    headings: [...html.matchAll(/<h([1-6])[^>]*>([\s\S]*?)<\/h\1>/g)].map(([, level, words = '']) => ({
      level: Number(level),
      words: wordsOf(words),
    })),
  };
}

const FRONT_MATTER = /^---\n[\s\S]*?\n---\n/;

/** Reads CommonMark (commonmark.js), which has no front matter. */
export function readCommonMark(markdown: string): Reading {
  return reading(new HtmlRenderer().render(new Parser().parse(markdown.replace(FRONT_MATTER, ''))));
}

/** Reads GFM (micromark). */
export function readGfm(markdown: string): Reading {
  const options = { extensions: [gfm()], htmlExtensions: [gfmHtml()], allowDangerousHtml: true };
  return reading(micromark(markdown.replace(FRONT_MATTER, ''), options));
}

/** The HTML of one section, from its heading to the next of the same level. */
export function sectionOf({ html }: Reading, words: string): string {
  const sections = html.split(/(?=<h2)/).filter((part) => part.startsWith('<h2'));
  const found = sections.find((part) => reading(part).headings[0]?.words === words);
  if (found === undefined) throw new Error(`There is no section “${words}” in:\n${html}`);
  return found;
}
