import {
  closestCenter,
  DndContext,
  type DragEndEvent,
  KeyboardSensor,
  PointerSensor,
  useSensor,
  useSensors,
} from '@dnd-kit/core';
import { SortableContext, sortableKeyboardCoordinates, verticalListSortingStrategy } from '@dnd-kit/sortable';
import { useCallback, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { useTell } from '../../design/states/toasts.tsx';
import { useDo } from '../../graph/hooks.ts';
import { RetryDocument } from '../../graph/operations.generated.ts';
import { ChapterRow } from './chapter-row.tsx';
import css from './chapters.module.css';
import { type Around, type Chapter, numbersOf } from './model.ts';
import { spokenFor } from './spoken.ts';
import { useOrder } from './use-order.ts';

export interface ChapterListProps extends Around {
  readonly bookId: string;
  readonly chapters: readonly Chapter[];
  /** Of drafts, by chapter. */
  readonly words: ReadonlyMap<number, number>;
  readonly onEdit: (chapterNum: number) => void;
}

interface Step {
  readonly chapterNum: number;
  readonly by: 'up' | 'down';
}

/** A row that was moved in the document has lost the focus: it is given back to the button that was pressed. */
function useFocusKept(list: React.RefObject<HTMLElement | null>, chapters: readonly Chapter[]) {
  const step = useRef<Step | undefined>(undefined);
  // biome-ignore lint/correctness/useExhaustiveDependencies: when the order has changed
  useLayoutEffect(() => {
    const { chapterNum, by } = step.current ?? {};
    step.current = undefined;
    const row = list.current?.querySelector(`[data-chapter="${chapterNum}"]`);
    const [pressed, other] = [by, by === 'up' ? 'down' : 'up'].map((name) =>
      row?.querySelector<HTMLButtonElement>(`[data-step="${name}"]`),
    );
    (pressed?.disabled ? other : pressed)?.focus();
  }, [chapters, list]);
  return step;
}

export function ChapterList(props: ChapterListProps) {
  const { bookId, words, expanders, isBehind = false, onEdit } = props;
  const { chapters, move, isSaving } = useOrder(bookId, props.chapters);
  const [said, say] = useState('');
  const [, retry] = useDo(RetryDocument);
  const tell = useTell();
  const list = useRef<HTMLOListElement>(null);
  const step = useFocusKept(list, chapters);
  const sensors = useSensors(
    useSensor(PointerSensor, { activationConstraint: { distance: 6 } }),
    useSensor(KeyboardSensor, { coordinateGetter: sortableKeyboardCoordinates }),
  );
  const keys = useMemo(() => chapters.map(({ chapterNum }) => chapterNum), [chapters]);
  const numbers = useMemo(() => numbersOf(chapters), [chapters]);
  const spoken = useMemo(() => spokenFor(chapters), [chapters]);
  const latest = useRef(chapters);
  latest.current = chapters;
  const onMove = useCallback(
    (chapterNum: number, to: number) => {
      const from = latest.current.findIndex((each) => each.chapterNum === chapterNum);
      step.current = { chapterNum, by: to < from ? 'up' : 'down' };
      move(chapterNum, to);
      say(`“${latest.current[from]?.title}” is now ${to + 1} of ${latest.current.length}.`);
    },
    [move, step],
  );
  const onDragEnd = ({ active, over }: DragEndEvent) => {
    if (over && over.id !== active.id) move(Number(active.id), keys.indexOf(Number(over.id)));
  };
  const onRetry = useCallback(
    async (blobId: string, processorId: string) => {
      const { faults } = await retry({ blobId, processorId });
      if (faults[0]) tell(faults[0], true);
    },
    [retry, tell],
  );
  return (
    <DndContext
      sensors={sensors}
      collisionDetection={closestCenter}
      onDragEnd={onDragEnd}
      accessibility={spoken}
    >
      <SortableContext items={keys} strategy={verticalListSortingStrategy}>
        <ol ref={list} className={css['list']} aria-label="Chapters" aria-busy={isSaving || undefined}>
          {chapters.map((chapter, at) => (
            <ChapterRow
              key={chapter.chapterNum}
              {...{ bookId, chapter, at, expanders, isBehind, onMove, onEdit, onRetry }}
              number={numbers.get(chapter.chapterNum) ?? null}
              words={words.get(chapter.chapterNum)}
              isLast={at === chapters.length - 1}
            />
          ))}
        </ol>
      </SortableContext>
      <p role="status" className="visually-hidden">
        {said}
      </p>
    </DndContext>
  );
}
