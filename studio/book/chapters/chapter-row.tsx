import { useSortable } from '@dnd-kit/sortable';
import { CSS } from '@dnd-kit/utilities';
import { memo } from 'react';
import { Button } from '../../design/controls/button.tsx';
import { ButtonLink } from '../../design/controls/button-link.tsx';
import { count } from '../../design/text/time.tsx';
import { ChapterState, reasonOf } from './chapter-state.tsx';
import css from './chapters.module.css';
import { type Around, type Chapter, progressOf } from './model.ts';

export interface RowProps extends Around {
  readonly bookId: string;
  readonly chapter: Chapter;
  readonly number: number | null;
  /** Of its draft, where they were counted. */
  readonly words: number | undefined;
  /** From 0. */
  readonly at: number;
  readonly isLast: boolean;
  readonly onMove: (chapterNum: number, to: number) => void;
  readonly onEdit: (chapterNum: number) => void;
  readonly onRetry: (blobId: string, processorId: string) => void;
}

const writeHref = (bookId: string, { draft, chapterNum }: Chapter): string =>
  draft
    ? `#/write/${encodeURIComponent(draft.id)}`
    : `#/write?book=${encodeURIComponent(bookId)}&chapter=${chapterNum}`;

const STEPS = [
  { name: 'up', by: -1, sign: '↑' },
  { name: 'down', by: 1, sign: '↓' },
] as const;

/** A chapter in its place: by its handle it is dragged, by the buttons beside it stepped up and down. */
export const ChapterRow = memo(function ChapterRow(props: RowProps) {
  const { bookId, chapter, number, words, at, isLast, onMove, onEdit, onRetry } = props;
  const { chapterNum, title, draft } = chapter;
  const sortable = useSortable({ id: chapterNum });
  const { attributes, listeners, setNodeRef, setActivatorNodeRef, transform, transition, isDragging } =
    sortable;
  const progress = progressOf(chapter, props);
  const reason = reasonOf(progress);
  return (
    <li
      ref={setNodeRef}
      className={`${css['row']} ${isDragging ? css['dragged'] : ''}`}
      style={{ transform: CSS.Translate.toString(transform), transition }}
      data-chapter={chapterNum}
    >
      <button
        type="button"
        ref={setActivatorNodeRef}
        className={css['handle']}
        {...attributes}
        {...listeners}
        aria-label={`Move “${title}”`}
      >
        <span aria-hidden="true">⠿</span>
      </button>
      <span className={css['number']}>{number ?? <span title="It has no number">–</span>}</span>
      <div className={css['what']}>
        <h2 className={css['title']}>
          <bdi>{title}</bdi>
        </h2>
        <div className={css['state']}>
          <ChapterState progress={progress} />
          {words === undefined ? null : <span>{count(words)} words</span>}
          {chapter.numbered ? null : <span>Front or back matter</span>}
        </div>
        {reason ? <p className={css['reason']}>{reason}</p> : null}
      </div>
      <div className={css['does']}>
        {progress.stage === 'failed' && draft && progress.run ? (
          <Button onClick={() => onRetry(draft.id, progress.run?.processorId ?? '')}>Try again</Button>
        ) : null}
        <ButtonLink kind="quiet" href={writeHref(bookId, chapter)} aria-label={`Write “${title}”`}>
          Write
        </ButtonLink>
        <Button kind="quiet" aria-label={`Edit “${title}”`} onClick={() => onEdit(chapterNum)}>
          Edit
        </Button>
        {STEPS.map(({ name, by, sign }) => (
          <Button
            key={name}
            kind="quiet"
            aria-label={`Move “${title}” ${name}`}
            data-step={name}
            disabled={by < 0 ? at === 0 : isLast}
            onClick={() => onMove(chapterNum, at + by)}
          >
            {sign}
          </Button>
        ))}
      </div>
    </li>
  );
});
