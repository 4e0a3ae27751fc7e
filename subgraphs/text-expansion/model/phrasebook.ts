import { fillPhrase, type PhraseSlots } from './phrases/template.ts';
import type { Topic } from './phrases/topic.ts';

/** Phrases among which one may be chosen, with what fills their gaps. */
export interface Choice {
  readonly phrases: readonly string[];
  readonly slots: PhraseSlots;
  /** How gladly it is chosen, against 1 for the others. */
  readonly weight: number;
  /** Its subject: the same does not come up again soon. */
  readonly subject?: string;
  /** The topic whose lines the phrases are. */
  readonly topic?: Topic;
}

const freshAge = 400;
const subjectGap = 8;
const variants = 5;

/** FNV-1a over UTF-16 units: the same text gives the same number, from 0 to 2³²−1. */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}

const scramble = (seed: number, salt: number): number => {
  let mixed = Math.imul(seed ^ (salt + 0x9e3779b9), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
};

/**
 * Chooses sentences for one text, and sees to it that none comes again soon: of the phrases that fit, those win
 * that were not used for longest, and a phrase that must come again takes other words. Deterministic.
 */
export class Phrasebook {
  #uses = 0;
  readonly #lastUse = new Map<string, number>();

  /** A sentence of at most `longest` units for one of `choices`, and for which; null when none is that short. */
  say(
    choices: readonly Choice[],
    seed: number,
    longest: number,
  ): { sentence: string; choice: Choice } | null {
    const ranked = choices
      .filter((choice) => choice.phrases.length > 0)
      .map((choice, index) => ({ choice, ...this.#stalest(choice, scramble(seed, index)) }))
      .sort((one, other) => other.score - one.score);
    for (const { choice, phrase } of ranked) {
      const sentence = this.#fresh(phrase, choice.slots, seed);
      if (sentence.length > longest) continue;
      this.#uses++;
      for (const key of [phrase, sentence, choice.subject])
        if (key !== undefined) this.#lastUse.set(key, this.#uses);
      return { sentence, choice };
    }
    return null;
  }

  #age(key: string): number {
    const last = this.#lastUse.get(key);
    return last === undefined ? freshAge : Math.min(freshAge, this.#uses - last);
  }

  #stalest(choice: Choice, seed: number): { phrase: string; score: number } {
    const count = choice.phrases.length;
    let phrase = '';
    let age = -1;
    for (let step = 0; step < count; step++) {
      const candidate = choice.phrases[(seed + step) % count] ?? '';
      const candidateAge = this.#age(candidate);
      if (candidateAge > age) [phrase, age] = [candidate, candidateAge];
    }
    const repeated = choice.subject !== undefined && this.#age(choice.subject) < subjectGap;
    const jitter = 0.5 + (seed % 1000) / 2000;
    return { phrase, score: (repeated ? 0.01 : 1) * age * choice.weight * jitter };
  }

  #fresh(phrase: string, slots: PhraseSlots, seed: number): string {
    let best = '';
    let bestAge = -1;
    for (let variant = 0; variant < variants && bestAge < freshAge; variant++) {
      const sentence = fillPhrase(phrase, slots, scramble(seed, 1_000 + variant));
      const age = this.#age(sentence);
      if (age > bestAge) [best, bestAge] = [sentence, age];
    }
    return best;
  }
}
