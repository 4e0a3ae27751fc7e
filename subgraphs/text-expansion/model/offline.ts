import { splitText } from '../../../platform/prose/split.ts';
import { applyInsertions, elaborate, type Insertion } from './elaborate.ts';
import type { Expansion, Section } from './model.ts';

/** How the offline model names itself in what it wrote. Changes with what it writes. */
export const offlineModelName = 'blobgraph-offline-1';

const sectionTokens = 2_000;

const countWords = (text: string): number => text.match(/[\p{L}\p{N}]+/gu)?.length ?? 0;

/** The stretches of the original, each with the stretch that its insertions made of it. */
export function sectionsOf(text: string, insertions: readonly Insertion[]): Section[] {
  let next = 0;
  let added = 0;
  return splitText(text, sectionTokens).map(({ title, start, length }, index) => {
    const addedBefore = added;
    for (const end = start + length; ; next++) {
      const insertion = insertions[next];
      if (!insertion || insertion.at > end) break;
      added += insertion.text.length;
    }
    const expandedLength = length + added - addedBefore;
    return {
      index,
      title,
      originalStart: start,
      originalLength: length,
      expandedStart: start + addedBefore,
      expandedLength,
      kept: null,
    };
  });
}

/**
 * The offline model's expansion, on the thread that calls it: every sentence kept as it is and in its place, and
 * others added that elaborate on them, to at least 1.5 times the length. The same text always gives the same. Its
 * tokens are words: those read and those written.
 */
export function expandOffline(text: string, onProgress: (done: number) => void): Expansion {
  const insertions = elaborate(text, onProgress);
  const expanded = applyInsertions(text, insertions);
  return {
    expanded,
    sections: sectionsOf(text, insertions),
    tokensUsed: countWords(text) + countWords(expanded),
    modelUsed: offlineModelName,
  };
}
