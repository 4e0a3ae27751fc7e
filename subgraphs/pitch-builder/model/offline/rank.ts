import { UndirectedGraph } from 'graphology';
import pagerankModule from 'graphology-metrics/centrality/pagerank.js';
import { saysSomething, stopwordsOf, termOf, wordsOf } from '../../../../platform/prose/terms.ts';
import type { ReadSentence } from './passages.ts';

// Its types describe CommonJS, where the default export is the module itself.
const pagerank = pagerankModule as unknown as typeof pagerankModule.default;

/** Terms that are ranked; rarer ones say little about a text and cost time and memory. */
const MOST_TERMS = 2_000;
/** Terms within this distance are connected. */
const WINDOW = 3;

/** A sentence with its position. */
export interface Sentence {
  readonly text: string;
  /** As {@link ReadSentence.spoken}. */
  readonly spoken: boolean;
  /** Index among all sentences. */
  readonly at: number;
  /** Number of words, with stop words. */
  readonly words: number;
  /** In order, without stop words. */
  readonly terms: readonly string[];
}

export interface Term {
  /** In lower case, without possessive. */
  readonly term: string;
  /** Its most frequent form. */
  readonly written: string;
  /** Occurrences of all its forms. */
  readonly count: number;
  /** Importance in the text; the sum of all is 1. */
  readonly weight: number;
}

export interface Ranked {
  /** In the text's order. */
  readonly sentences: readonly Sentence[];
  /** By weight, descending. */
  readonly terms: readonly Term[];
}

class Counts extends Map<string, number> {
  add(key: string): void {
    this.set(key, (this.get(key) ?? 0) + 1);
  }

  highest(most = Number.POSITIVE_INFINITY): string[] {
    // Ties keep the order of first occurrence, as the sort is stable.
    return [...this]
      .toSorted(([, a], [, b]) => b - a)
      .slice(0, most)
      .map(([key]) => key);
  }
}

function weightsOf(
  sentences: readonly Sentence[],
  terms: readonly string[],
): Readonly<Record<string, number>> {
  const graph = new UndirectedGraph<Record<string, never>, { weight: number }>();
  for (const term of terms) graph.addNode(term);
  for (const { terms: all } of sentences) {
    const known = all.filter((term) => graph.hasNode(term));
    for (const [index, term] of known.entries())
      for (const other of known.slice(index + 1, index + 1 + WINDOW))
        if (term !== other) graph.updateEdge(term, other, ({ weight = 0 }) => ({ weight: weight + 1 }));
  }
  try {
    return pagerank(graph, { getEdgeWeight: 'weight' });
  } catch {
    // It does not converge on every graph, e.g. one with a single term. Frequencies rank the terms then.
    return {};
  }
}

/**
 * Ranks the terms of a text by TextRank (Mihalcea and Tarau, 2004): PageRank on the graph of neighbouring terms. Linear
 * in the text's length.
 */
export function rank(read: readonly ReadSentence[], language: string | null): Ranked {
  const stopwords = stopwordsOf(language);
  const [counts, forms] = [new Counts(), new Map<string, Counts>()];
  const sentences = read.map(({ text, spoken }, at): Sentence => {
    const words = [...wordsOf(text)];
    const terms: string[] = [];
    for (const word of words) {
      const term = termOf(word);
      if (!saysSomething(term, stopwords)) continue;
      terms.push(term);
      counts.add(term);
      const known = forms.get(term) ?? new Counts();
      known.add(word);
      forms.set(term, known);
    }
    return { text, spoken, at, words: words.length, terms };
  });
  const chosen = counts.highest(MOST_TERMS);
  const weights = weightsOf(sentences, chosen);
  const total = chosen.reduce((sum, term) => sum + (counts.get(term) ?? 0), 0);
  const terms = chosen.map((term) => ({
    term,
    written: forms.get(term)?.highest(1)[0] ?? term,
    count: counts.get(term) ?? 0,
    weight: weights[term] ?? (counts.get(term) ?? 0) / total,
  }));
  return { sentences, terms: terms.toSorted((a, b) => b.weight - a.weight) };
}
