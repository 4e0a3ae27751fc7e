import { splitText } from '../../../../platform/prose/split.ts';
import type { Expansion, Section } from '../model.ts';
import { applyInsertions, elaborate, type Insertion } from './writer.ts';

/** How the offline model names itself in what it wrote. Changes with what it writes. */
export const offlineModelName = 'blobgraph-offline-2';
/** How it names itself where it wrote nothing. */
export const unchangedName = `${offlineModelName} (unchanged)`;

const sectionTokens = 2_000;
const KEPT =
  'The offline model adds to stories in English prose, where it finds room; the rest stays as it is.';

const countWords = (text: string): number => text.match(/[\p{L}\p{N}]+/gu)?.length ?? 0;

/** The stretches of the original, each with the stretch that its insertions made of it. */
function sectionsOf(text: string, insertions: readonly Insertion[]): Section[] {
  let next = 0;
  let before = 0;
  return splitText(text, sectionTokens).map(({ title, start, length }, index) => {
    let added = 0;
    for (; (insertions[next]?.at ?? Number.POSITIVE_INFINITY) <= start + length; next++)
      added += insertions[next]?.text.length ?? 0;
    const expandedStart = start + before;
    before += added;
    return {
      index,
      title,
      originalStart: start,
      originalLength: length,
      expandedStart,
      expandedLength: length + added,
      kept: added === 0 ? KEPT : null,
    };
  });
}

/**
 * The offline model's expansion, on the thread that calls it: every sentence kept as it is and in its place, and others
 * added that dwell on what they name; or the text unchanged. The same text always gives the same. Its tokens are words:
 * those read and those written.
 */
export function expandOffline(text: string, onProgress: (done: number) => void): Expansion {
  const insertions = elaborate(text, onProgress);
  const expanded = applyInsertions(text, insertions ?? []);
  return {
    expanded,
    sections: sectionsOf(text, insertions ?? []),
    tokensUsed: countWords(text) + countWords(expanded),
    modelUsed: insertions === null ? unchangedName : offlineModelName,
  };
}
