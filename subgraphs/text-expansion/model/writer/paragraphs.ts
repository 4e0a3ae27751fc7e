import type { Paragraph as ParagraphNode, RootContent } from 'mdast';
import { openDocument } from '../../../../platform/markdown/document.ts';
import { parseMarkdown, stretchOf } from '../../../../platform/markdown/tree.ts';
import { letterBlocks } from '../../../../platform/prose/letters.ts';
import type { Span } from '../../../../platform/prose/sentences.ts';

/** A paragraph of plain prose, a child of the document itself. In UTF-16 units of the whole text. */
export interface Paragraph extends Span {
  /** Its length with the headings and the white space before it. */
  readonly length: number;
  /** The stretches of it without any mark of Markdown: a sentence that ends elsewhere is left alone. */
  readonly plain: readonly Span[];
  /** False where a block stands right behind it that may belong to it, e.g. a list. */
  readonly endsAlone: boolean;
}

const VOID = /^(?:area|base|br|col|embed|hr|img|input|link|meta|source|track|wbr)$/i;
const TAG = /<(\/?)([a-z][a-z0-9-]*)[^>]*?(\/?)>/gi;
/** Blocks that do not belong to the paragraph before them. */
const BESIDE: ReadonlySet<string> = new Set(['paragraph', 'heading', 'thematicBreak']);
const PROSE: ReadonlySet<string> = new Set(['text', 'emphasis', 'strong']);
/** Lines of other kinds that CommonMark reads as prose: lists, dialogue with dashes, tables, mathematics, roles. */
const NO_PROSE =
  /^[ \t]*(?:[-–—•‣·%]|[*+]\s|\(?(?:\d{1,9}[.)]|[A-Za-z]\))\s)|^[ \t]*(?:[\p{Lu} .]{2,30}|\p{Lu}\p{Ll}+):(?:\s|$)|[|\t\\]|\$\$|:::/mu;
/** Lines of verse are no longer; where all begin with a capital, or nearly all are short, it is verse. */
const VERSE_LINE = 65;
const SHORT_LINE = 45;

function isVerse(text: string): boolean {
  const lines = text.split(/\r\n?|\n/).map((line) => line.trim());
  if (lines.length === 1) return false;
  return (
    lines.every((line) => line.length <= VERSE_LINE && /^[\p{P}\s]*\p{Lu}/u.test(line)) ||
    lines.slice(0, -1).every((line) => line.length <= SHORT_LINE)
  );
}

/** Wholes that several blocks may make up: HTML between its tags, containers between colons, mathematics between dollars. */
class Enclosure {
  readonly #tags: string[] = [];
  #containers = 0;
  #math = false;

  get isOpen(): boolean {
    return this.#containers > 0 || this.#math || this.#tags.length > 0;
  }

  read(node: RootContent, source: string): void {
    if (node.type === 'html') this.#readTags(node.value);
    else if (node.type !== 'code') {
      for (const [fence] of source.matchAll(/^[ \t]*:{3,}.*$/gm))
        this.#containers = Math.max(0, this.#containers + (/[^:\s]/.test(fence) ? 1 : -1));
      if ((source.match(/\$\$/g)?.length ?? 0) % 2 === 1) this.#math = !this.#math;
    }
  }

  #readTags(html: string): void {
    for (const [, end, name = '', alone] of html.replace(/<!--[\s\S]*?(?:-->|$)/g, '').matchAll(TAG)) {
      if (VOID.test(name) || alone) continue;
      if (!end) this.#tags.push(name.toLowerCase());
      else this.#tags.splice(Math.max(0, this.#tags.lastIndexOf(name.toLowerCase())));
    }
  }
}

const isProse = (node: ParagraphNode, source: string): boolean =>
  node.position?.start.column === 1 && !NO_PROSE.test(source) && !isVerse(source);

/** Where a sentence may end that another follows: nowhere beside code, links, notes and HTML. */
const plainOf = ({ children }: ParagraphNode): Span[] =>
  children.every(({ type }) => PROSE.has(type))
    ? children.filter(({ type }) => type === 'text').map(stretchOf)
    : [];

/** Marks of Markdown between two empty lines beyond which reading them would take minutes; prose has hardly any. */
const MOST_MARKS = 5_000;
const isLegible = (source: string): boolean =>
  source.split(/\n[ \t\r]*\n/).every((run) => (run.match(/[*_[\]`<>&~|]/g)?.length ?? 0) <= MOST_MARKS);

/** Where the text begins, behind a byte order mark and front matter. */
function bodyStart(source: string): number {
  const start = /^\uFEFF*/.exec(source)?.[0].length ?? 0;
  const whole = source.slice(start).replaceAll(/\r\n?/g, '\n');
  const lines = whole.slice(0, whole.length - openDocument(source).text.length).split('\n').length - 1;
  const lineEnd = /\r\n?|\n/g;
  lineEnd.lastIndex = start;
  for (let line = 0; line < lines; line++) lineEnd.exec(source);
  return lines === 0 ? start : lineEnd.lastIndex;
}

/**
 * The paragraphs of prose of a Markdown text, in order: none in quotations, lists, tables, notes, verse, letters, HTML,
 * mathematics and containers; none at all where it is nothing but marks.
 */
export function paragraphsOf(source: string): Paragraph[] {
  const offset = bodyStart(source);
  const body = source.slice(offset);
  const nodes = isLegible(body) ? parseMarkdown(body).children : [];
  const letters = letterBlocks(
    body,
    nodes.map((node) => ({ ...stretchOf(node), kind: node.type })),
  );
  const enclosure = new Enclosure();
  const paragraphs: Paragraph[] = [];
  let counted = 0;
  for (const [index, node] of nodes.entries()) {
    const { start, end } = stretchOf(node);
    const text = body.slice(start, end);
    const enclosed = enclosure.isOpen;
    enclosure.read(node, text);
    const isOne = node.type === 'paragraph' && !enclosed && !letters.has(index) && isProse(node, text);
    if (isOne)
      paragraphs.push({
        start: offset + start,
        end: offset + end,
        length: end - counted,
        plain: plainOf(node).map((span) => ({ start: offset + span.start, end: offset + span.end })),
        endsAlone: BESIDE.has(nodes[index + 1]?.type ?? 'paragraph'),
      });
    if (node.type === 'paragraph' || !BESIDE.has(node.type)) counted = end;
  }
  return paragraphs;
}
