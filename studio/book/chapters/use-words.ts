import { useMemo } from 'react';
import { BookWordsDocument, type BookWordsQuery } from '../../book-graph/operations.generated.ts';
import { useRead, useReadAgain } from '../../graph/hooks.ts';

export interface Words {
  /** Of drafts, by chapter. */
  readonly ofChapters: ReadonlyMap<number, number>;
  readonly faults: readonly string[];
}

type Counted = NonNullable<BookWordsQuery['book']>['chapters'][number];

function wordsOf({ draft }: Counted): number | undefined {
  const content = draft?.derived.nodes[0]?.content;
  return content && 'wordCount' in content ? content.wordCount : undefined;
}

/** Words of the chapters' drafts, of those that were counted. */
export function useWords(bookId: string, changes: number): Words {
  const { data, faults, reload } = useRead(BookWordsDocument, { id: bookId });
  useReadAgain(changes, reload);
  const ofChapters = useMemo(
    () =>
      new Map(
        data?.book?.chapters.flatMap((chapter) => {
          const words = wordsOf(chapter);
          return words === undefined ? [] : [[chapter.chapterNum, words] as const];
        }),
      ),
    [data],
  );
  return { ofChapters, faults };
}
