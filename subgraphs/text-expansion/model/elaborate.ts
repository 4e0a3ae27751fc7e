import { type Block, blocksOf } from '../../../platform/prose/blocks.ts';
import { letterBlocks } from '../../../platform/prose/letters.ts';
import { Composer, type Wanted } from './composer.ts';
import { languageOf } from './language.ts';
import { properNamesOf } from './nouns.ts';
import { type Paragraph, type PlacedSentence, readParagraph } from './paragraph.ts';
import { hashOf } from './phrasebook.ts';
import type { Remark, Telling } from './remarks.ts';
import { narrativeTense } from './tense.ts';

/** Text that goes in before the unit `at` of the original. */
export interface Insertion {
  readonly at: number;
  readonly text: string;
}

/** Share of the original's length that is added: at least, as aimed at, and at most (from a few words on). */
const ratio = { least: 0.5, aim: 0.58, most: 1.15 };
const shortText = 160;
const eagerLength = 1_500;

/** How many units must be owed before something is added at a place: the worse it stands there, the more. */
const owedFor = {
  paragraphEnd: 80,
  narration: 150,
  tag: 170,
  pause: 190,
  said: 230,
  afterSpeech: 150,
  afterQuestion: 320,
  apart: 260,
};
const withoutSubject = 1.6;
const mostSentences = { inline: 2, said: 1, apart: 3, closing: 4 };
const shortSpeech = 40;
const longestAbout = 500;
const longestBrief = 40;

const sentenceEnd = /[.!?…。！？؟۔][\p{Pe}\p{Pf}"'*_]*$/u;
const question = /[?؟？][\p{P}]*$/u;
const exclamation = /[!?！？؟][\p{P}]*$/u;
const goesOn = /^(?: {0,3}(?:[-*+]|\d{1,9}[.)])[ \t]| {0,3}[>|]| {4}|\t)/;
const anyMark = /[“”"«»„]/;

/**
 * Insertions that make `text` some 1.6 times as long: sentences that elaborate on its own, in the order
 * of their places. Nothing of the text is changed; headings, verse, lists, quotations, letters and code stay whole.
 * The same text gives the same additions. A text of nothing but white space gets none. `onProgress` hears how much
 * of the text is done, from 0 to 1.
 */
export function elaborate(text: string, onProgress: (done: number) => void = () => {}): Insertion[] {
  return new Elaboration(text).run(onProgress);
}

/** `text` with its insertions. */
export function applyInsertions(text: string, insertions: readonly Insertion[]): string {
  const pieces: string[] = [];
  let at = 0;
  for (const insertion of insertions) {
    pieces.push(text.slice(at, insertion.at), insertion.text);
    at = insertion.at;
  }
  pieces.push(text.slice(at));
  return pieces.join('');
}

/** A sentence, and where it stands. */
interface Spot {
  readonly block: Block;
  readonly index: number;
  readonly paragraph: Paragraph;
  readonly sentence: PlacedSentence;
  readonly next: PlacedSentence | undefined;
  readonly text: string;
}

class Elaboration {
  readonly #text: string;
  readonly #blocks: readonly Block[];
  readonly #telling: Telling;
  readonly #composer: Composer;
  readonly #insertions: Insertion[] = [];
  readonly #paragraphBreak: string;
  readonly #straightApostrophes: boolean;
  #added = 0;
  /** The block in which a speech was last interrupted: once in a paragraph is enough. */
  #pausedIn: Block | null = null;
  /** The weight of owed units: more in a short text, or all would come at the end. */
  readonly #eagerness: number;

  constructor(text: string) {
    const language = languageOf(text);
    this.#text = text;
    this.#blocks = blocksOf(text);
    this.#telling = {
      language,
      tense: narrativeTense(text),
      names: language === 'english' ? properNamesOf(text) : new Map(),
    };
    this.#composer = new Composer(this.#telling);
    this.#eagerness = Math.max(1, Math.min(2.5, eagerLength / text.length));
    this.#paragraphBreak = text.includes('\r\n') ? '\r\n\r\n' : '\n\n';
    this.#straightApostrophes = text.includes("'") && !text.includes('’');
  }

  run(onProgress: (done: number) => void): Insertion[] {
    const letters = letterBlocks(this.#text, this.#blocks);
    for (const [index, block] of this.#blocks.entries()) {
      if (this.#text.length <= shortText) break;
      if (letters.has(index)) {
        if (!letters.has(index + 1)) this.#apart(block, index, owedFor.apart);
      } else if (block.kind === 'prose') this.#prose(block, index);
      else if (block.kind === 'kept' || block.kind === 'verse') this.#apart(block, index, owedFor.apart);
      onProgress(block.next / this.#text.length);
    }
    this.#finish();
    return this.#insertions;
  }

  /** How many units should have been added by `at`, and were not. */
  #owed(at: number): number {
    return ratio.aim * at - this.#added;
  }

  #owes(at: number, units: number): boolean {
    return this.#owed(at) * this.#eagerness >= units;
  }

  #insert(at: number, text: string): void {
    const written = this.#straightApostrophes ? text.replaceAll('’', "'") : text;
    this.#insertions.push({ at, text: written });
    this.#added += written.length;
  }

  #compose(at: number, wanted: Omit<Wanted, 'units' | 'longest'>): string {
    const longest = ratio.most * this.#text.length - this.#added;
    return this.#composer.compose({ ...wanted, units: this.#owed(at), longest });
  }

  #prose(block: Block, index: number): void {
    const paragraph = readParagraph(this.#text.slice(block.start, block.end));
    const last = paragraph.sentences.at(-1);
    if (this.#telling.language === 'other') {
      if (last?.place !== 'speech') this.#apart(block, index, owedFor.afterSpeech);
      return;
    }
    for (const [position, sentence] of paragraph.sentences.entries()) {
      const text = this.#text.slice(block.start + sentence.start, block.start + sentence.end);
      const next = paragraph.sentences[position + 1];
      if (sentenceEnd.test(text)) this.#afterSentence({ block, index, paragraph, sentence, next, text });
      else if (!next && last?.place === 'narration') this.#apart(block, index, owedFor.apart);
    }
  }

  #afterSentence(spot: Spot): void {
    const { sentence, next, text } = spot;
    if (sentence.place === 'narration') this.#inNarration(spot);
    else if (sentence.place === 'speech' && this.#telling.language === 'english') this.#inSpeech(spot);
    else if (sentence.place === 'closed' && !next) {
      const threshold = question.test(text) ? owedFor.afterQuestion : owedFor.afterSpeech;
      this.#apart(spot.block, spot.index, threshold, text);
    }
  }

  #inNarration({ block, sentence, next, text, paragraph }: Spot): void {
    const at = block.start + sentence.end;
    const tag = anyMark.test(text);
    const speechFollows = next !== undefined && anyMark.test(this.#text.charAt(block.start + next.start));
    const threshold = tag ? owedFor.tag : next ? owedFor.narration : owedFor.paragraphEnd;
    const needed = tag || this.#composer.offersSubject(text) ? threshold : threshold * withoutSubject;
    if (!this.#owes(at, needed)) return;
    const remark: Remark = tag ? (speechFollows ? 'pause' : 'afterWords') : 'narration';
    const speaker = paragraph.speaker && text.includes(paragraph.speaker) ? null : paragraph.speaker;
    const most = remark === 'pause' ? 1 : mostSentences.inline;
    const added = this.#compose(at, { remark, about: text, mostSentences: most, speaker });
    if (added) this.#insert(at, ` ${added}`);
  }

  #inSpeech({ block, sentence, next, text, paragraph }: Spot): void {
    const at = block.start + sentence.end;
    if (text.length < shortSpeech || (next && next.end - next.start < shortSpeech)) return;
    const { quotes, speaker } = paragraph;
    const pauses =
      next && quotes && this.#pausedIn !== block && next.place !== 'inside' && hashOf(text) % 2 === 0;
    if (pauses && this.#owes(at, owedFor.pause)) {
      const added = this.#compose(at, { remark: 'pause', about: text, mostSentences: 1, speaker });
      if (!added) return;
      this.#insert(at, `${quotes.close} ${added}`);
      this.#insert(block.start + next.start, quotes.open);
      this.#pausedIn = block;
    } else if (this.#owes(at, owedFor.said) && !exclamation.test(text)) {
      const added = this.#compose(at, { remark: 'said', about: text, mostSentences: mostSentences.said });
      if (added) this.#insert(at, ` ${added}`);
    }
  }

  /** Adds a paragraph of narration after a block, on `words` spoken last in it or on the whole of it. */
  #apart(block: Block, index: number, threshold: number, words?: string): void {
    const after = this.#blocks[index + 1];
    const nextStart = after ? this.#text.slice(after.start, after.start + 16) : '';
    if (!this.#owes(block.end, threshold) || goesOn.test(nextStart)) return;
    const about = words ?? this.#text.slice(block.start, block.end);
    const remark = words === undefined ? 'narration' : 'afterWords';
    const added = this.#compose(block.end, { remark, about, mostSentences: mostSentences.apart });
    if (added) this.#insert(block.end, this.#paragraphBreak + added);
  }

  /** Makes up at the end for what found no place before. */
  #finish(): void {
    const last = this.#blocks.findLast((block) => block.kind !== 'blank');
    if (!last) return;
    const about = this.#text.slice(last.start, last.end).slice(-longestAbout);
    const leastAdded = Math.ceil(ratio.least * this.#text.length);
    let joint = last.kind === 'prose' && sentenceEnd.test(about.trimEnd()) ? ' ' : this.#paragraphBreak;
    for (let round = 0; this.#added < leastAdded; round++) {
      const needed = leastAdded - this.#added;
      this.#insert(
        last.end,
        (needed <= longestBrief && this.#insertions.at(-1)?.at === last.end ? ' ' : joint) +
          this.#closing(about, needed, round),
      );
      joint = this.#paragraphBreak;
    }
  }

  #closing(about: string, needed: number, round: number): string {
    if (needed <= longestBrief) return this.#composer.brief(about, needed, round);
    const composed = this.#composer.compose({
      remark: 'narration',
      about,
      units: needed,
      mostSentences: this.#text.length <= shortText ? 1 : mostSentences.closing,
      longest: ratio.most * this.#text.length - this.#added,
      salt: round,
      anotherFrom: longestBrief,
    });
    return composed || this.#composer.brief(about, needed, round);
  }
}
