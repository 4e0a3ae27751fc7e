import { wordsOf } from '../../../platform/prose/terms.ts';

/** Words of a shingle: single words are common to unrelated texts. */
const WORDS = 3;
/** Shingles of a text that are used; longer texts are compared by their beginnings. */
const MAX_SHINGLES = 200_000;

/** FNV-1a, 32 bits. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}

function* normalised(paragraphs: readonly string[]): Generator<string> {
  for (const paragraph of paragraphs) {
    for (const word of wordsOf(paragraph.normalize('NFKC'))) yield word.toLowerCase().replaceAll('’', "'");
  }
}

/** Hashes of all runs of three words, in lower case without punctuation; for shorter texts, one hash of all words. */
export function shinglesOf(paragraphs: readonly string[]): Set<number> {
  const shingles = new Set<number>();
  const run: string[] = [];
  for (const word of normalised(paragraphs)) {
    run.push(word);
    if (run.length > WORDS) run.shift();
    if (run.length === WORDS) shingles.add(hashOf(run.join(' ')));
    if (shingles.size === MAX_SHINGLES) break;
  }
  if (shingles.size === 0 && run.length > 0) shingles.add(hashOf(run.join(' ')));
  return shingles;
}
