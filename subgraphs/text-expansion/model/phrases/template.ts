import type { Noun } from '../nouns.ts';
import type { Tense } from '../tense.ts';

/**
 * Values of a phrase's slots. A phrase is written in a small notation:
 * `{a|b}` one of several wordings, `[was/is]` by the narration's tense, `<has~have>` by the noun's number,
 * `%n` the noun, `%be` was/were/is/are to fit it, `%it` it/they, `%them` it/them, `%its` its/their,
 * `%p` a proper name, `%w` who speaks, as a sentence's subject.
 */
export interface PhraseSlots {
  readonly tense: Tense;
  readonly noun?: Noun;
  readonly name?: string;
  readonly speaker?: string;
}

const marks = /\{([^{}]*)\}|\[([^[\]/]*)\/([^[\]]*)\]|<([^<>~]*)~([^<>]*)>|%(n|be|it|them|its|p|w)\b/;
const innermost = new RegExp(marks.source, 'g');

function word(mark: string, slots: PhraseSlots): string {
  const plural = slots.noun?.plural ?? false;
  const past = slots.tense === 'past';
  switch (mark) {
    case 'n':
      return slots.noun?.word ?? '';
    case 'be':
      return past ? (plural ? 'were' : 'was') : plural ? 'are' : 'is';
    case 'it':
      return plural ? 'they' : 'it';
    case 'them':
      return plural ? 'them' : 'it';
    case 'its':
      return plural ? 'their' : 'its';
    case 'p':
      return slots.name ?? '';
    default:
      return slots.speaker ?? '';
  }
}

/**
 * The sentence that `phrase` gives for `slots`. `seed` (any non-negative integer) decides between wordings, so
 * that the same seed gives the same sentence.
 */
export function fillPhrase(phrase: string, slots: PhraseSlots, seed: number): string {
  let text = phrase;
  let choice = seed;
  while (marks.test(text)) {
    text = text.replace(innermost, (_, wordings, past, present, singular, plural, mark) => {
      if (mark !== undefined) return word(mark, slots);
      if (past !== undefined) return slots.tense === 'past' ? past : present;
      if (singular !== undefined) return slots.noun?.plural ? plural : singular;
      const all = String(wordings).split('|');
      const index = choice % all.length;
      choice = Math.floor(choice / all.length);
      return all[index] ?? '';
    });
  }
  return text.charAt(0).toUpperCase() + text.slice(1);
}
