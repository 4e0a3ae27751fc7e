import { saysSomething, stopwordsOf, termOf, wordsOf } from '../../../platform/prose/terms.ts';

/** A word that a text is about. */
export interface Keyword {
  /** As it is written most often. */
  readonly word: string;
  readonly count: number;
}

const MAX_KEYWORDS = 15;

class Counted {
  #count = 0;
  readonly #forms = new Map<string, number>();

  add(form: string): void {
    this.#count += 1;
    this.#forms.set(form, (this.#forms.get(form) ?? 0) + 1);
  }

  get keyword(): Keyword {
    const [word = ''] = [...this.#forms].toSorted(([, a], [, b]) => b - a)[0] ?? [];
    return { word, count: this.#count };
  }
}

/**
 * Words that a text is about, the most frequent first, and among equals those that come first. None where the language is
 * not known, or has no list of common words: the most frequent ones would say nothing.
 */
export function keywordsOf(paragraphs: readonly string[], language: string | null): Keyword[] {
  const stopwords = stopwordsOf(language);
  if (stopwords.size === 0) return [];
  const counted = new Map<string, Counted>();
  for (const paragraph of paragraphs) {
    for (const word of wordsOf(paragraph)) {
      const term = termOf(word);
      if (!saysSomething(term, stopwords)) continue;
      const known = counted.get(term) ?? new Counted();
      known.add(word.replace(/['’]s$/u, ''));
      counted.set(term, known);
    }
  }
  const all = [...counted.values()].map(({ keyword }) => keyword);
  return all.sort((a, b) => b.count - a.count).slice(0, MAX_KEYWORDS);
}
