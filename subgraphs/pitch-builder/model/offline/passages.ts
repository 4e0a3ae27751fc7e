import type { Nodes, RootContent } from 'mdast';
import { openDocument } from '../../../../platform/markdown/document.ts';
import { visibleBlocks } from '../../../../platform/markdown/title.ts';
import { parseMarkdown, plainText } from '../../../../platform/markdown/tree.ts';
import { sentencesOf } from '../../../../platform/prose/sentences.ts';

/** Blocks whose text is prose, or may hold some. */
const PROSE: ReadonlySet<string> = new Set(['paragraph', 'blockquote']);
const ANY: ReadonlySet<string> = new Set([
  ...PROSE,
  'heading',
  'list',
  'listItem',
  'table',
  'tableRow',
  'tableCell',
]);

function* linesOf(nodes: readonly Nodes[], kinds: ReadonlySet<string>): Generator<string> {
  for (const node of nodes) {
    if (!kinds.has(node.type)) continue;
    if (node.type === 'paragraph' || node.type === 'heading' || node.type === 'tableCell')
      yield plainText(node);
    else if ('children' in node) yield* linesOf(node.children as RootContent[], kinds);
  }
}

const HAS_WORDS = /[\p{L}\p{N}]/u;

/** A sentence as its readers see it. */
export interface ReadSentence {
  readonly text: string;
  /** Whether somebody says it, in part at least. */
  readonly spoken: boolean;
}

const OPENS = /[“«„‹]/gu;
const CLOSES = /[”»‟›]/gu;
const count = (text: string, pattern: RegExp): number => text.match(pattern)?.length ?? 0;

/** Quotation marks that open and close, or, of straight ones, whether their number is odd: then speech goes on behind it. */
const goesOn = (before: string): boolean =>
  count(before, OPENS) > count(before, CLOSES) || count(before, /"/g) % 2 === 1;

function* sentencesOfLine(line: string): Generator<ReadSentence> {
  let isOpen = false;
  let from = 0;
  for (const { start, end } of sentencesOf(line)) {
    const text = line.slice(start, end);
    yield { text, spoken: isOpen || /["“”«»„‟]/u.test(text) };
    const since = line.slice(from, end);
    // Within one stretch: marks before it were seen already.
    if (/["“”«»„‟‹›]/u.test(since))
      isOpen = goesOn((isOpen ? '“' : '') + since.replaceAll('"', isOpen ? '”' : '"'));
    from = end;
  }
}

/** A text's sentences in order: of its paragraphs, or, where it has none, of all that has words. */
export function sentencesOfMarkdown(source: string): ReadSentence[] {
  const blocks = visibleBlocks(parseMarkdown(openDocument(source).text));
  for (const kinds of [PROSE, ANY]) {
    const sentences = [...linesOf(blocks, kinds)].flatMap((line) => [...sentencesOfLine(line)]);
    const found = sentences.filter(({ text }) => HAS_WORDS.test(text));
    if (found.length > 0) return found;
  }
  return [];
}
