import type {
  Definition,
  FootnoteDefinition,
  FootnoteReference,
  ImageReference,
  LinkReference,
  Root,
} from 'mdast';
import { visit } from 'unist-util-visit';
import { stretchOf } from '../../../../platform/markdown/tree.ts';
import { type Edit, insertion } from './edits.ts';

const LABEL = /\[((?:\\.|[^\\[\]])*)\]/y;

/** The brackets that open at `at`, with their label. */
function bracketsAt(text: string, at: number): { start: number; end: number; label: string } | null {
  LABEL.lastIndex = at;
  const match = LABEL.exec(text);
  return match ? { start: at, end: LABEL.lastIndex, label: match[1] ?? '' } : null;
}

const stretch = ({ start, end }: { start: number; end: number }) => ({ start, end });

/** New labels by old identifiers, made unique in the book by the chapter's number as a prefix. */
class Labels {
  readonly #known = new Map<string, string>();
  readonly #used = new Set<string>();
  readonly #prefix: string;

  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  /** Names a definition. False for a second one of the same label, which readers ignore. */
  define(identifier: string, label: string): boolean {
    if (this.#known.has(identifier)) return false;
    // Readers disagree about other characters in labels.
    const plain = /^[\p{L}\p{N}][\p{L}\p{N} ._-]*$/u.test(label) ? label.toLowerCase() : 'note';
    let name = `${this.#prefix}-${plain}`;
    for (let count = 2; this.#used.has(name); count += 1) name = `${this.#prefix}-${plain}-${count}`;
    this.#used.add(name);
    this.#known.set(identifier, name);
    return true;
  }

  of(identifier: string): string | undefined {
    return this.#known.get(identifier);
  }
}

/** The reference's own brackets: `[text][label]`, `[label][]` or `[label]`. */
function referenceEdit(
  text: string,
  node: FootnoteReference | LinkReference | ImageReference,
  name: string,
): Edit {
  const { start, end } = stretchOf(node);
  if (node.type === 'footnoteReference') return { start, end, text: `[^${name}]` };
  if (node.referenceType === 'shortcut') return insertion(end, `[${name}]`);
  const opening = text.lastIndexOf('[', end - 1);
  return { start: opening, end, text: `[${name}]` };
}

/** Renames a chapter's footnotes and link definitions. */
class Relabeller {
  readonly edits: Edit[] = [];
  readonly #notes: Labels;
  readonly #links: Labels;
  readonly #text: string;

  constructor(text: string, prefix: string) {
    this.#text = text;
    this.#notes = new Labels(prefix);
    this.#links = new Labels(prefix);
  }

  define(node: Definition | FootnoteDefinition): void {
    const isNote = node.type === 'footnoteDefinition';
    const labels = isNote ? this.#notes : this.#links;
    const { start, end } = stretchOf(node);
    const brackets = bracketsAt(this.#text, this.#text.indexOf('[', start));
    if (!brackets) return;
    const label = isNote ? brackets.label.replace(/^\^/, '') : brackets.label;
    const isFirst = labels.define(node.identifier, label.trim());
    const name = labels.of(node.identifier) ?? label;
    if (!isFirst) this.edits.push({ start, end, text: '' });
    else this.edits.push({ ...stretch(brackets), text: isNote ? `[^${name}]` : `[${name}]` });
  }

  refer(node: FootnoteReference | LinkReference | ImageReference): void {
    const labels = node.type === 'footnoteReference' ? this.#notes : this.#links;
    const name = labels.of(node.identifier);
    if (name !== undefined) this.edits.push(referenceEdit(this.#text, node, name));
  }
}

/**
 * Makes the labels of footnotes and link definitions unique in the book: `[^1]` of chapter 2 becomes `[^2-1]`, and
 * `[house]` becomes `[house][2-house]`. Definitions without a reference too: plain text of another chapter might match.
 */
export function relabel(text: string, tree: Root, prefix: string): Edit[] {
  const relabeller = new Relabeller(text, prefix);
  visit(tree, (node) => {
    if (node.type === 'definition' || node.type === 'footnoteDefinition') relabeller.define(node);
  });
  visit(tree, (node) => {
    if (node.type === 'footnoteReference' || node.type === 'linkReference' || node.type === 'imageReference')
      relabeller.refer(node);
  });
  return relabeller.edits;
}
