import { createHash } from 'node:crypto';
import { sentencesOf } from '../../../../platform/prose/sentences.ts';
import { detectLanguage } from '../../../../platform/text/language.ts';
import type { Paragraph } from './paragraphs.ts';
import { type Thing, thingsOf } from './things.ts';
import { ADDRESS, ENGLISH, INSTRUCTIONS, isPast, OPENER, PERSON, PRESENT, SLOW } from './words.ts';

/** The end of a sentence, behind which another may stand. */
export interface Spot {
  /** In UTF-16 units of the whole text. */
  readonly at: number;
  /** The text since the spot before it in the same paragraph. */
  readonly text: string;
  /** Decides among phrases: the same for the same `text`. */
  readonly seed: number;
  /** Things that it shows. */
  readonly things: readonly Thing[];
  /** True where somebody has just spoken. */
  readonly isSpeech: boolean;
  /** True where years pass, or what happens happens often. */
  readonly isSlow: boolean;
  readonly endsParagraph: boolean;
}

/** A paragraph, read. */
export interface Reading {
  /** `speech`: somebody speaks first. `advice`: it tells its reader what to do. `other`: not English, or not a story. */
  readonly kind: 'story' | 'speech' | 'advice' | 'other';
  /** In UTF-16 units of the whole text. */
  readonly end: number;
  /** In UTF-16 units, with the headings before it. */
  readonly length: number;
  /** The same without what stands in quotation marks and brackets. */
  readonly narration: number;
  /** How many sentences of narration there are, are in the past, in the present, and name a person or thing. */
  readonly sentences: number;
  readonly past: number;
  readonly present: number;
  readonly shown: number;
  /** In the text's order; empty where nothing may be added. */
  readonly spots: readonly Spot[];
  /** True when a speech goes on in the next paragraph. */
  readonly isOpen: boolean;
}

const CLOSING: Readonly<Record<string, string>> = {
  '“': '”',
  '„': '“',
  '«': '»',
  '‘': '’',
  "'": "'",
  '"': '"',
  '(': ')',
  '[': ']',
};
const LETTER = /[\p{L}\p{N}]/u;

/**
 * A paragraph with a space for each unit in quotation marks and brackets; the mark that closes the outermost stays.
 * `isOpen`: the last that was opened is not closed.
 */
function narrationOf(text: string): { readonly narration: string; readonly isOpen: boolean } {
  const closers: string[] = [];
  let narration = '';
  for (let index = 0; index < text.length; index++) {
    const mark = text.charAt(index);
    const beforeLetter = LETTER.test(text.charAt(index + 1));
    const isApostrophe = /['’‘]/.test(mark) && LETTER.test(text.charAt(index - 1)) && beforeLetter;
    const opens = CLOSING[mark] !== undefined && (!/['‘]/.test(mark) || (beforeLetter && !isApostrophe));
    if (closers.at(-1) === mark && !isApostrophe) closers.pop();
    else if (opens) closers.push(CLOSING[mark] ?? '');
    narration += closers.length > 0 ? ' ' : mark;
  }
  return { narration, isOpen: closers.length > 0 };
}

/** Shares of the commonest words: English without doubt, and English unless it looks like another language. */
const SURELY = 0.3;
const PERHAPS = 0.12;
const FEW_LETTERS = 60;

const wordsOf = (text: string): string[] => text.toLowerCase().match(/[\p{L}\p{M}]+(?:['’]\p{L}+)*/gu) ?? [];

function isEnglish(text: string): boolean {
  const words = wordsOf(text);
  const share = words.filter((word) => ENGLISH.test(word) || isPast(word)).length / words.length;
  return share > SURELY || (share > PERHAPS && (detectLanguage(text) ?? 'en') === 'en');
}

/** A sentence of narration, with its words. */
interface Told {
  readonly sentence: string;
  readonly words: readonly string[];
}

/** Whether a sentence of narration tells its reader what to do. */
function advises({ sentence, words }: Told): boolean {
  if (ADDRESS.test(sentence) && !words.some(isPast)) return true;
  const [first = '', second = ''] = wordsOf(sentence.replace(OPENER, ''));
  return INSTRUCTIONS.has(first) && !isPast(first) && !isPast(second);
}

const seedOf = (text: string): number => createHash('sha1').update(text).digest().readUInt32BE();

const ENDS = /[\p{L}\p{N}]\.[”’"'»]*$/u;

function spotsOf(text: string, narration: string, { start, plain, endsAlone }: Paragraph): Spot[] {
  const isSlow = SLOW.test(narration);
  const spots: Spot[] = [];
  let from = 0;
  let span = 0;
  for (const { end } of sentencesOf(text)) {
    const at = start + end;
    while ((plain[span]?.end ?? at) < at) span++;
    const isOutside = narration[end - 1] !== ' ' && (plain[span]?.start ?? at) < at;
    const endsParagraph = end === text.length;
    if (!isOutside || !ENDS.test(text.slice(Math.max(0, end - 8), end)) || (endsParagraph && !endsAlone))
      continue;
    const told = text.slice(from, end);
    // Of a speech the closing mark alone is left.
    const isSpeech = /[”"»]|(?<!\p{L})['’]/u.test(narration.slice(from, end));
    spots.push({
      at,
      text: told,
      seed: seedOf(told),
      things: thingsOf(told),
      isSpeech,
      isSlow,
      endsParagraph,
    });
    from = end;
  }
  return spots;
}

/** Reads a paragraph. `goesOn`: the one before it left a speech open. */
export function readParagraph(text: string, paragraph: Paragraph, goesOn: boolean): Reading {
  const opens = /^[“"‘'«„]/.test(text);
  const { narration, isOpen } = narrationOf(text);
  const sentences = sentencesOf(narration)
    .map(({ start, end }) => narration.slice(start, end))
    .filter((sentence) => LETTER.test(sentence))
    .map((sentence): Told => ({ sentence, words: wordsOf(sentence) }));
  const count = (holds: (told: Told) => boolean): number => sentences.filter(holds).length;
  const past = count(({ words }) => words.some(isPast));
  const present = count(({ words }) => !words.some(isPast) && words.some((word) => PRESENT.has(word)));
  const shown = count(
    ({ words, sentence }) => words.some((word) => PERSON.test(word)) || thingsOf(sentence).length > 0,
  );
  const kindOf = (): Reading['kind'] => {
    if ((!opens || text.length >= FEW_LETTERS) && !isEnglish(text)) return 'other';
    if (sentences.some(advises)) return 'advice';
    if (opens || goesOn) return 'speech';
    return past + present >= sentences.length * 0.6 ? 'story' : 'other';
  };
  const kind = kindOf();
  const mayGrow = kind === 'story' || (kind === 'speech' && opens);
  return {
    kind,
    end: paragraph.end,
    length: paragraph.length,
    narration: paragraph.length - text.length + narration.replaceAll(/ +/g, ' ').length,
    sentences: sentences.length,
    past,
    present,
    shown,
    spots: mayGrow ? spotsOf(text, narration, paragraph) : [],
    isOpen,
  };
}
