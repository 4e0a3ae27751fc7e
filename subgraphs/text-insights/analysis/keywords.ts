import { saysSomething, stopwordsOf, termOf, wordsOf } from '../../../platform/prose/terms.ts';

/** A keyword of a text. */
export interface Keyword {
  /** Its most frequent form. */
  readonly word: string;
  /** Of all its forms together. */
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
 * The most frequent words of a text without stop words; ties in order of occurrence. Empty when the language is unknown
 * or has no list of stop words.
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
