import { type Span, sentencesOf } from '../../../platform/prose/sentences.ts';

/**
 * Where a sentence ends: in the narration, in somebody's speech that goes on, with the end of a speech
 * (`closed`), or somewhere that must be left alone (`inside`: a quotation within speech, brackets, emphasis).
 */
export type Place = 'narration' | 'speech' | 'closed' | 'inside';

export interface PlacedSentence extends Span {
  readonly place: Place;
}

export interface Paragraph {
  readonly sentences: readonly PlacedSentence[];
  /** True when somebody speaks in it. */
  readonly speaks: boolean;
  /** The marks that open and close speech in it; null where nobody speaks. */
  readonly quotes: { readonly open: string; readonly close: string } | null;
  /** Who speaks, as the subject of a sentence (“Holmes”, “She”), where the narration says so. */
  readonly speaker: string | null;
}

const closers: Readonly<Record<string, string>> = {
  '“': '”',
  '„': '“',
  '«': '»',
  '「': '」',
  '"': '"',
  '(': ')',
  '[': ']',
};
const speechMarks = new Set(['“', '„', '«', '「', '"']);
const emphasis = new Set(['*', '`']);
const letter = /[\p{L}\p{N}]/u;

/** Follows quotation marks, brackets and emphasis through a paragraph. */
class Nesting {
  readonly #open: string[] = [];
  #quotes: { open: string; close: string } | null = null;
  #lastClosed = -1;

  get quotes(): { open: string; close: string } | null {
    return this.#quotes;
  }

  read(mark: string, at: number, previous: string, next: string): void {
    const innermost = this.#open.at(-1);
    if (mark === '’' || mark === "'" || mark === '‘') this.#single(mark, at, previous, next);
    else if (innermost !== undefined && closers[innermost] === mark) {
      this.#open.pop();
      if (speechMarks.has(innermost)) this.#lastClosed = at;
    } else if (emphasis.has(mark)) {
      if (innermost === mark) this.#open.pop();
      else this.#open.push(mark);
    } else if (closers[mark] !== undefined) {
      this.#open.push(mark);
      if (speechMarks.has(mark)) this.#quotes ??= { open: mark, close: closers[mark] };
    }
  }

  #single(mark: string, at: number, previous: string, next: string): void {
    if (mark !== '’' && !letter.test(previous) && letter.test(next)) this.#open.push('‘');
    else if (this.#open.at(-1) === '‘' && mark !== '‘' && !letter.test(next)) {
      this.#open.pop();
      this.#lastClosed = at;
    }
  }

  place(end: number): Place {
    const [outer] = this.#open;
    if (this.#open.length > 1) return 'inside';
    if (outer !== undefined) return speechMarks.has(outer) ? 'speech' : 'inside';
    return this.#lastClosed >= end - 1 ? 'closed' : 'narration';
  }
}

const verbs =
  'said|cried|asked|answered|replied|remarked|observed|returned|continued|murmured|whispered|shouted|exclaimed|added|explained|began|interrupted|ejaculated|gasped|says|asks|replies|answers';
const who =
  '(?:(?:Mr|Mrs|Ms|Dr)\\.\\s)?\\p{Lu}\\p{Ll}+(?: \\p{Lu}\\p{Ll}+){0,2}|[Hh]e|[Ss]he|[Tt]hey|(?:[Tt]he|[Oo]ur|[Mm]y) \\p{Ll}+(?: \\p{Ll}+)?';
const verbFirst = new RegExp(
  `\\b(?:${verbs}) (${who})(?=[,.;:—]|$| (?:as|with|in|to|at|quietly|and)\\b)`,
  'u',
);
const verbLast = new RegExp(`(?:^|[ ,.—”"])(${who}) (?:${verbs})\\b`, 'u');
const outsideSpeech = /“[^”]*”?|"[^"]*"?|«[^»]*»?/g;
const noSpeaker = /^(?:I|And|But|Then|So|It|That|This|There|Here|Yes|No|What|When)\b/;

function speakerOf(paragraph: string): string | null {
  const narration = paragraph.replace(outsideSpeech, ' ');
  const found = (verbFirst.exec(narration) ?? verbLast.exec(narration))?.[1];
  return found === undefined || noSpeaker.test(found) ? null : found.charAt(0).toUpperCase() + found.slice(1);
}

/** Reads a paragraph of prose: its sentences, and what is speech in it. */
export function readParagraph(paragraph: string): Paragraph {
  const nesting = new Nesting();
  let at = 0;
  const sentences = sentencesOf(paragraph).map((sentence): PlacedSentence => {
    for (; at < sentence.end; at++) {
      const mark = paragraph.charAt(at);
      if (letter.test(mark) || mark === ' ') continue;
      nesting.read(mark, at, paragraph.charAt(at - 1), paragraph.charAt(at + 1));
    }
    return { ...sentence, place: nesting.place(sentence.end) };
  });
  const speaks = nesting.quotes !== null;
  return { sentences, speaks, quotes: nesting.quotes, speaker: speaks ? speakerOf(paragraph) : null };
}
