import type { WrittenText } from '../../../platform/events/written.ts';

/** The text of a section while it is written: tells each change of it. */
export class SectionText {
  readonly #of: Omit<WrittenText, 'offset' | 'added'>;
  readonly #tell: (text: WrittenText) => void;
  #text = '';

  constructor(of: Omit<WrittenText, 'offset' | 'added'>, tell: (text: WrittenText) => void) {
    this.#of = of;
    this.#tell = tell;
  }

  /** Puts a text at `offset`; the one that stood there, and after it, is given up. */
  write(offset: number, added: string): void {
    this.#text = this.#text.slice(0, offset) + added;
    this.#tell({ ...this.#of, offset, added });
  }

  /** The section reads so in the end, whatever was told of it. */
  settle(text: string): void {
    let offset = 0;
    while (offset < text.length && text[offset] === this.#text[offset]) offset += 1;
    if (offset < text.length || offset < this.#text.length) this.write(offset, text.slice(offset));
  }
}
