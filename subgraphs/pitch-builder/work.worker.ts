import { openDocument } from '../../platform/markdown/document.ts';
import { countTokens } from '../../platform/model/count-tokens.ts';
import { type Part, splitText } from '../../platform/prose/split.ts';
import { countWords } from '../../platform/prose/words.ts';
import { detectLanguage } from '../../platform/text/language.ts';
import { deckOf } from './deck/deck.ts';
import { type Extract, extract } from './model/offline/extract.ts';
import { sentencesOfMarkdown } from './model/offline/passages.ts';
import type { Subject } from './model/subject.ts';
import type { PitchDocument } from './pitch/pitch.ts';
import { type ReadingLevel, readingLevelOf } from './pitch/reading-level.ts';

/** A thread's task. */
export type Task =
  | { readonly kind: 'extract'; readonly subject: Subject; readonly language: string | null }
  | { readonly kind: 'measure'; readonly text: string; readonly language: string | null }
  | { readonly kind: 'split'; readonly text: string; readonly maxTokens: number }
  | { readonly kind: 'tokens'; readonly texts: readonly string[] }
  | { readonly kind: 'deck'; readonly pitch: PitchDocument };

/** Measures of a text. */
export interface Measured {
  /** A BCP 47 tag: given or detected; null when unknown. */
  readonly language: string | null;
  /** Words of the paragraphs; in a text without paragraphs, of everything. */
  readonly wordCount: number;
  /** Null for other languages than English. */
  readonly readingLevel: ReadingLevel | null;
}

function measure(text: string, given: string | null): Measured {
  const prose = sentencesOfMarkdown(text)
    .map((sentence) => sentence.text)
    .join(' ');
  const language = given ?? detectLanguage(prose);
  return {
    language,
    wordCount: countWords(prose, language),
    readingLevel: readingLevelOf(openDocument(text).text, language),
  };
}

/** The thread's entry point. */
export default function run(task: Task): Extract | Measured | Part[] | Promise<number> | Promise<Uint8Array> {
  switch (task.kind) {
    case 'extract':
      return extract(task.subject, task.language);
    case 'measure':
      return measure(task.text, task.language);
    case 'split':
      return splitText(task.text, task.maxTokens);
    case 'tokens':
      return countTokens(task.texts);
    case 'deck':
      return deckOf(task.pitch);
  }
}
