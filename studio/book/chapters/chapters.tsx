import { useCallback, useState } from 'react';
import { Button } from '../../design/controls/button.tsx';
import { Empty, Partial } from '../../design/states/notices.tsx';
import { count, counted } from '../../design/text/time.tsx';
import { ChapterDialog } from './chapter-dialog.tsx';
import { ChapterList } from './chapter-list.tsx';
import css from './chapters.module.css';
import type { Around, Chapter } from './model.ts';
import { useWords } from './use-words.ts';

export interface ChaptersProps extends Around {
  readonly bookId: string;
  readonly chapters: readonly Chapter[];
  readonly changes: number;
}

type Open = { readonly chapterNum: number | undefined };

/** The chapters of the book in their order. */
export function Chapters(props: ChaptersProps) {
  const { bookId, chapters, changes } = props;
  const [open, setOpen] = useState<Open>();
  const words = useWords(bookId, changes);
  const onEdit = useCallback((chapterNum: number) => setOpen({ chapterNum }), []);
  const add = <Button onClick={() => setOpen({ chapterNum: undefined })}>Add a chapter</Button>;
  const all = [...words.ofChapters.values()].reduce((sum, each) => sum + each, 0);
  return (
    <>
      <Partial reasons={words.faults} />
      {chapters.length === 0 ? (
        <Empty title="No chapters yet" action={add}>
          Add one here, or write a draft that names this book: it brings its chapter with it.
        </Empty>
      ) : (
        <>
          <ChapterList {...props} words={words.ofChapters} onEdit={onEdit} />
          <div className={css['foot']}>
            <span>
              {counted(chapters.length, 'chapter')}
              {all > 0 ? `, ${count(all)} words in drafts` : ''}
            </span>
            {add}
          </div>
        </>
      )}
      {open ? (
        <ChapterDialog
          {...{ bookId, chapters }}
          chapter={chapters.find(({ chapterNum }) => chapterNum === open.chapterNum)}
          onClose={() => setOpen(undefined)}
        />
      ) : null}
    </>
  );
}
