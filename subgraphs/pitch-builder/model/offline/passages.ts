import type { Nodes, RootContent } from 'mdast';
import { openDocument } from '../../../../platform/markdown/document.ts';
import { visibleBlocks } from '../../../../platform/markdown/title.ts';
import { parseMarkdown, plainText } from '../../../../platform/markdown/tree.ts';
import { sentencesOf } from '../../../../platform/prose/sentences.ts';

/** Blocks that are or contain prose. */
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

/** A sentence as plain text. */
export interface ReadSentence {
  readonly text: string;
  /** Whether at least a part of it is direct speech. */
  readonly spoken: boolean;
}

const OPENS = /[“«„‹]/gu;
const CLOSES = /[”»‟›]/gu;
const count = (text: string, pattern: RegExp): number => text.match(pattern)?.length ?? 0;

/**
 * Whether direct speech is open after `before`, by opening and closing quotation marks or an odd number of straight
 * ones.
 */
const goesOn = (before: string): boolean =>
  count(before, OPENS) > count(before, CLOSES) || count(before, /"/g) % 2 === 1;

function* sentencesOfLine(line: string): Generator<ReadSentence> {
  let isOpen = false;
  let from = 0;
  for (const { start, end } of sentencesOf(line)) {
    const text = line.slice(start, end);
    yield { text, spoken: isOpen || /["“”«»„‟]/u.test(text) };
    const since = line.slice(from, end);
    // Only in this stretch; earlier marks were counted before.
    if (/["“”«»„‟‹›]/u.test(since))
      isOpen = goesOn((isOpen ? '“' : '') + since.replaceAll('"', isOpen ? '”' : '"'));
    from = end;
  }
}

/** A text's sentences in order: those of its paragraphs or, without paragraphs, of everything. */
export function sentencesOfMarkdown(source: string): ReadSentence[] {
  const blocks = visibleBlocks(parseMarkdown(openDocument(source).text));
  for (const kinds of [PROSE, ANY]) {
    const sentences = [...linesOf(blocks, kinds)].flatMap((line) => [...sentencesOfLine(line)]);
    const found = sentences.filter(({ text }) => HAS_WORDS.test(text));
    if (found.length > 0) return found;
  }
  return [];
}
