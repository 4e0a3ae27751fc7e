import { UndirectedGraph } from 'graphology';
import pagerankModule from 'graphology-metrics/centrality/pagerank.js';
import { saysSomething, stopwordsOf, termOf, wordsOf } from '../../../../platform/prose/terms.ts';
import type { ReadSentence } from './passages.ts';

// Its types are of CommonJS, where the default export is the module itself.
const pagerank = pagerankModule as unknown as typeof pagerankModule.default;

/** Terms that are ranked; those beyond are too rare to say much of a text, and would take time and memory. */
const MOST_TERMS = 2_000;
/** Terms that stand at most so far from each other belong together. */
const WINDOW = 3;

/** A sentence in its place. */
export interface Sentence {
  readonly text: string;
  readonly spoken: boolean;
  /** Among all, from 0. */
  readonly at: number;
  readonly words: number;
  /** In order, those that say nothing left out. */
  readonly terms: readonly string[];
}

export interface Term {
  readonly term: string;
  /** As it is written most often. */
  readonly written: string;
  readonly count: number;
  /** The higher, the more the text is about it; the sum of all is 1. */
  readonly weight: number;
}

export interface Ranked {
  readonly sentences: readonly Sentence[];
  /** The weightiest first. */
  readonly terms: readonly Term[];
}

class Counts extends Map<string, number> {
  add(key: string): void {
    this.set(key, (this.get(key) ?? 0) + 1);
  }

  highest(most = Number.POSITIVE_INFINITY): string[] {
    // Of equals the one that came first: the sort is stable.
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
    // It does not settle on every graph, e.g. of one term: how often each stands there is an order too.
    return {};
  }
}

/**
 * Ranks the terms of a text by TextRank (Mihalcea and Tarau, 2004): the graph of terms that stand next to each other, and
 * PageRank on it. Takes time in proportion to the text.
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
