import { type Choice, hashOf, Phrasebook } from './phrasebook.ts';
import { fillPhrase } from './phrases/template.ts';
import {
  briefPhrases,
  followUps,
  type Remark,
  remarksOn,
  type Subjects,
  subjectsOf,
  type Telling,
} from './remarks.ts';

export interface Wanted {
  readonly remark: Remark;
  /** The text remarked on. */
  readonly about: string;
  /** The units that are to be filled, roughly; one sentence comes in any case. */
  readonly units: number;
  readonly mostSentences: number;
  /** No sentence is longer. */
  readonly longest: number;
  readonly speaker?: string | null;
  /** Tells apart several remarks on the same words. */
  readonly salt?: number;
  /** Units left to fill from which another sentence follows: 70. */
  readonly anotherFrom?: number;
}

/** Words what is added to one text, each remark unlike those before it. */
export class Composer {
  readonly #telling: Telling;
  readonly #book = new Phrasebook();
  #lastRead: { readonly whole: string; readonly subjects: Subjects } | null = null;

  constructor(telling: Telling) {
    this.#telling = telling;
  }

  /** One or several sentences that belong together; empty when none is short enough. */
  compose(wanted: Wanted): string {
    const { remark, about, mostSentences, longest, speaker = null, salt = 0, anotherFrom = 70 } = wanted;
    const seed = hashOf(about) + salt;
    const sentences: string[] = [];
    let choices: readonly Choice[] = remarksOn(remark, this.#read(about), this.#telling, speaker);
    let left = wanted.units;
    while (sentences.length < mostSentences && (sentences.length === 0 || left >= anotherFrom)) {
      const said = this.#book.say(choices, seed + sentences.length, longest);
      if (!said) break;
      sentences.push(said.sentence);
      left -= said.sentence.length + 1;
      choices = this.#next(about, sentences.length, said.choice);
    }
    return sentences.join(' ');
  }

  /** True when `text` has a thing, a name or a topic to take up. */
  offersSubject(text: string): boolean {
    const { things, names, topics } = this.#read(text);
    return things.length + names.length + topics.length > 0;
  }

  /** After a thing, something general of it; then another thing; and so on. */
  #next(about: string, count: number, last: Choice): Choice[] {
    return count % 2 === 1 && this.#telling.language !== 'hebrew' && this.#telling.language !== 'arabic'
      ? followUps(last, this.#telling)
      : remarksOn('narration', this.#read(about), this.#telling, null);
  }

  #read(text: string): Subjects {
    if (this.#lastRead?.whole !== text)
      this.#lastRead = { whole: text, subjects: subjectsOf(text, this.#telling) };
    return this.#lastRead.subjects;
  }

  /** A sentence of `needed` units, or a little more; the longest of the short ones when none has so many. */
  brief(about: string, needed: number, salt: number): string {
    const seed = hashOf(about) + salt;
    const sentences = briefPhrases(this.#telling)
      .map((phrase) => fillPhrase(phrase, { tense: this.#telling.tense }, seed))
      .sort((one, other) => one.length - other.length);
    const enough = sentences.filter((sentence) => sentence.length + 1 >= needed).slice(0, 3);
    return enough[seed % enough.length] ?? sentences.at(-1) ?? '';
  }
}
