import type { Html, Nodes, Parent, Root } from 'mdast';
import { visit } from 'unist-util-visit';
import { stretchOf } from '../../../../platform/markdown/tree.ts';
import type { Edit } from './edits.ts';
import type { Opening } from './openings.ts';
import type { LocalLink, Named } from './places.ts';

/** An HTML element's tag in a chapter. */
export interface Tag {
  /** Lower case. */
  readonly name: string;
  /** In UTF-16 units of the chapter, as its end, which is exclusive. */
  readonly start: number;
  readonly end: number;
}

/** The result of surveying a chapter's HTML. */
export interface HtmlSurvey {
  /** Remove comments and escape incomplete tags. */
  readonly edits: readonly Edit[];
  /** Values of `id`, and of `name` on an `a`. */
  readonly ids: readonly Named[];
  /** All, also those that lead out of the book. */
  readonly links: readonly LocalLink[];
  /** Opening and closing tags of `h1` to `h6`. */
  readonly headings: readonly Tag[];
  /** Tags that the chapter does not close. */
  readonly open: readonly Opening[];
}

const ATTRIBUTES = `(?:"[^"]*"|'[^']*'|[^"'<>])*`;
const TOKEN = new RegExp(
  [
    String.raw`<!--[\s\S]*?(?<comment>-->|$)`,
    String.raw`<!\[CDATA\[[\s\S]*?(?<cdata>\]\]>|$)`,
    String.raw`<\?[\s\S]*?(?<instruction>\?>|$)`,
    `<![a-z][^>]*(?<declaration>>|$)`,
    String.raw`<(?<slash>/?)(?<name>[a-z][a-z0-9-]*)(?<attributes>(?=[\s/>])${ATTRIBUTES})>`,
    `<(?=/?[a-z])`,
  ].join('|'),
  'gi',
);
const ATTRIBUTE = /\s(id|name|href)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'=<>`]+))/dgi;
const VOID = /^(?:area|base|br|col|embed|hr|img|input|link|meta|param|source|track|wbr)$/;
/** Their content holds no tags. (`pre` may hold tags, but is a block of its own in Markdown.) */
const RAW = /^(?:script|style|textarea|title)$/;
/** Elements whose end tag may be omitted. */
const IMPLIED = /^(?:body|colgroup|dd|dt|head|html|li|optgroup|option|p|rp|rt|tbody|td|tfoot|th|thead|tr)$/;

const ENDINGS = { cdata: ']]>', instruction: '?>', declaration: '>' } as const;

class HtmlReader {
  readonly edits: Edit[] = [];
  readonly ids: Named[] = [];
  readonly links: LocalLink[] = [];
  readonly headings: Tag[] = [];
  readonly #open: { readonly name: string; readonly at: number }[] = [];
  #unfinished: Opening[] = [];
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  #attributes(tag: string, attributes: string, at: number): void {
    for (const match of attributes.matchAll(ATTRIBUTE)) {
      const index = match[2] !== undefined ? 2 : match[3] !== undefined ? 3 : 4;
      const [from = 0, to = 0] = match.indices?.[index] ?? [];
      const [name = '', value = ''] = [match[1]?.toLowerCase(), match[index]];
      const found = { start: at + from, end: at + to };
      if (name === 'href') this.links.push({ ...found, url: value });
      else if (name === 'id' || tag === 'a') this.ids.push({ ...found, id: value, ofHeading: false });
    }
  }

  /** Processes a tag. Returns the offset at which to go on. */
  #tag(groups: Record<string, string | undefined>, start: number, end: number, nodeEnd: number): number {
    const { slash = '', attributes = '' } = groups;
    const name = (groups['name'] ?? '').toLowerCase();
    if (/^h[1-6]$/.test(name)) this.headings.push({ name, start, end });
    if (slash !== '') {
      const last = this.#open.findLastIndex((each) => each.name === name);
      if (last >= 0) this.#open.length = last;
      return end;
    }
    this.#attributes(name, attributes, start + 1 + name.length);
    if (VOID.test(name) || attributes.endsWith('/')) return end;
    this.#open.push({ name, at: start });
    if (!RAW.test(name)) return end;
    const closing = this.#text.slice(end, nodeEnd).search(new RegExp(`</${name}`, 'i'));
    return closing < 0 ? nodeEnd : end + closing;
  }

  read(node: Html): void {
    const { start: from, end: to } = stretchOf(node);
    const source = this.#text.slice(from, to);
    TOKEN.lastIndex = 0;
    for (let match = TOKEN.exec(source); match; match = TOKEN.exec(source)) {
      const { groups = {} } = match;
      const [start, end] = [from + match.index, from + TOKEN.lastIndex];
      const kind = (['cdata', 'instruction', 'declaration'] as const).find((each) => groups[each] === '');
      if (groups['comment'] !== undefined) this.edits.push({ start, end, text: '' });
      else if (kind) this.#unfinished = [{ at: start, closing: ENDINGS[kind] }];
      else if (groups['name'] !== undefined) TOKEN.lastIndex = this.#tag(groups, start, end, to) - from;
      else if (match[0] === '<') this.edits.push({ start, end: start + 1, text: '&lt;' });
      if (match[0] === '') TOKEN.lastIndex += 1;
    }
  }

  open(): Opening[] {
    const tags = this.#open.filter(({ name }) => !IMPLIED.test(name));
    return [...tags.map(({ name, at }) => ({ at, closing: `</${name}>` })), ...this.#unfinished];
  }
}

/** Whether a comment separates two blocks that would be one without it. */
const isParted = (parent: Parent, node: Nodes): boolean => {
  const index = parent.children.indexOf(node as never);
  const [before, after] = [parent.children[index - 1]?.type, parent.children[index + 1]?.type];
  return before === after && (before === 'list' || before === 'code');
};

/** Removes a comment, with the white space around it that would change meaning. */
function dropComment(text: string, { start, end }: Edit, parent: Parent | undefined, node: Nodes): Edit {
  const { start: from, end: to } = stretchOf(node);
  if (parent && from === start && to === end && isParted(parent, node))
    return { start, end, text: '<!-- -->' };
  const before = /(^|\n)?([ \t]*)$/.exec(text.slice(Math.max(0, start - 100), start));
  const after = /^([ \t]*)(\n|$)?/.exec(text.slice(end, end + 100));
  const opensLine = before?.[1] !== undefined || start === 0;
  const endsLine = after?.[2] !== undefined;
  // The space after a list's mark belongs to the mark.
  const isMark = /(?:^|\n)[\s>]*(?:[-+*]|\d{1,9}[.)])[ \t]*$/.test(
    text.slice(Math.max(0, start - 100), start),
  );
  // An empty line would end the enclosing HTML block.
  const isInside = opensLine && endsLine && (from < start || end < to);
  if (isInside) {
    const line = start - (before?.[2]?.length ?? 0);
    return { start: line, end: end + (after?.[0].length ?? 0), text: '' };
  }
  return {
    start: endsLine && !isMark ? start - (before?.[2]?.length ?? 0) : start,
    end: opensLine || endsLine ? end + (after?.[1]?.length ?? 0) : end,
    text: '',
  };
}

/**
 * Surveys all HTML of a chapter. Removes comments, escapes incomplete tags, and reports elements that are left open.
 */
export function surveyHtml(text: string, tree: Root): HtmlSurvey {
  const reader = new HtmlReader(text);
  visit(tree, 'html', (node, _index, parent) => {
    const before = reader.edits.length;
    reader.read(node);
    const read = reader.edits.splice(before);
    for (const edit of read)
      reader.edits.push(edit.text === '' ? dropComment(text, edit, parent, node) : edit);
  });
  const { edits, ids, links, headings } = reader;
  return { edits, ids, links, headings, open: reader.open() };
}
