import { type Block, blocksOf } from '../../../../platform/prose/blocks.ts';
import { cuts } from '../../../../platform/prose/split.ts';
import { estimateTokens } from '../../../../platform/prose/tokens.ts';

/** A stretch of a text whose body, the prose in its middle, is expanded. Offsets in UTF-16 units. */
export interface Part {
  /** The enclosing headings. Parts of the same section repeat them. */
  readonly title: string | null;
  /** Where the part before ends. */
  readonly start: number;
  readonly length: number;
  /** The prose to expand, trimmed; empty when there is none. */
  readonly bodyStart: number;
  /** 0: there is nothing to expand. */
  readonly bodyLength: number;
}

interface Open {
  title: string | null;
  readonly start: number;
  end: number;
  body: { start: number; end: number; tokens: number } | null;
  /** Whether kept content follows the body. */
  closed: boolean;
  /** Whether there are only headings and white space so far. */
  bare: boolean;
}

const longestLeadIn = 200;

/** Whether a line only announces the list, table or code below it. */
const isLeadIn = (text: string, block: Block, next: Block | undefined): boolean =>
  next?.kind === 'kept' &&
  block.end - block.start <= longestLeadIn &&
  /[:：]$/.test(text.slice(block.start, block.end).trimEnd());

const isProse = ({ kind }: Block): boolean => kind === 'prose' || kind === 'verse';

/** Splits a text into parts, block by block. */
class Cutter {
  readonly #text: string;
  readonly #maxTokens: number;
  readonly #parts: Part[] = [];
  #open: Open | null = null;
  #title: string | null = null;
  #afterHeading = false;

  constructor(text: string, maxTokens: number) {
    this.#text = text;
    this.#maxTokens = maxTokens;
  }

  run(): Part[] {
    const blocks = blocksOf(this.#text);
    for (const [index, block] of blocks.entries()) {
      if (block.kind === 'heading') this.#heading(block);
      else if (block.kind === 'blank') this.#begin(block.start).end = block.next;
      else if (isProse(block) && !isLeadIn(this.#text, block, blocks[index + 1])) this.#prose(block);
      else this.#keep(block);
      this.#afterHeading = block.kind === 'heading' || block.kind === 'blank';
    }
    this.#close();
    return this.#parts;
  }

  #heading({ start, next, title }: Block): void {
    this.#title = this.#afterHeading && this.#title ? `${this.#title}: ${title}` : title || this.#title;
    if (this.#open && !this.#open.bare) this.#close();
    const open = this.#begin(start);
    open.title = this.#title;
    open.end = next;
  }

  #prose(block: Block): void {
    for (const [start, end] of cuts(this.#text, block.start, block.next, this.#maxTokens)) {
      const tokens = estimateTokens(this.#text.slice(start, end));
      const body = this.#open?.body;
      if (body && (this.#open?.closed || body.tokens + tokens > this.#maxTokens)) this.#close();
      const open = this.#begin(start);
      open.body ??= { start, end, tokens: 0 };
      open.body.end = end;
      open.body.tokens += tokens;
      open.end = end;
      open.bare = false;
    }
  }

  #keep({ start, next }: Block): void {
    const open = this.#begin(start);
    open.closed = open.body !== null;
    open.bare = false;
    open.end = next;
  }

  #begin(start: number): Open {
    this.#open ??= { title: this.#title, start, end: start, body: null, closed: false, bare: true };
    return this.#open;
  }

  #close(): void {
    if (!this.#open) return;
    const { title, start, end, body } = this.#open;
    const raw = body ? this.#text.slice(body.start, body.end) : '';
    const bodyStart = body ? body.start + raw.length - raw.trimStart().length : end;
    this.#parts.push({ title, start, length: end - start, bodyStart, bodyLength: raw.trim().length });
    this.#open = null;
  }
}

/**
 * Splits a text into consecutive parts, each with a body of at most `maxTokens` estimated tokens of prose. Headings, code,
 * tables, lists and other kept content are before or after the body and are never split. A heading begins a new part.
 * Parts end with a paragraph; only one that is too long by itself is split, at the end of a sentence if possible. An
 * empty text has no parts.
 */
export const partsOf = (text: string, maxTokens: number): Part[] => new Cutter(text, maxTokens).run();
