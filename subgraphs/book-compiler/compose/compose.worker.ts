import { countCharacters, countWords } from '../../../platform/prose/words.ts';
import { type BookText, type ComposedBook, composeBook } from './compose.ts';

/** A composed book with the counts of its chapters. */
export interface CountedBook extends Pick<ComposedBook, 'language' | 'text'> {
  /** In the order of the book. */
  readonly chapters: readonly {
    readonly title: string;
    readonly text: string;
    readonly wordCount: number;
    readonly characterCount: number;
  }[];
}

/** The thread's entry point. */
export default function compose(book: BookText): CountedBook {
  const { language, text, chapters } = composeBook(book);
  return {
    language,
    text,
    chapters: chapters.map(({ words, ...chapter }) => ({
      ...chapter,
      wordCount: countWords(words, language),
      characterCount: countCharacters(words),
    })),
  };
}
