import { useCallback, useMemo, useRef, useState } from 'react';
import { ChangeChaptersDocument } from '../../book-graph/operations.generated.ts';
import { useTell } from '../../design/states/toasts.tsx';
import { useDo } from '../../graph/hooks.ts';
import type { Chapter } from './model.ts';
import { afterMoves, type Move } from './order.ts';

export interface Order {
  /** As they stand once what was moved is stored. */
  readonly chapters: readonly Chapter[];
  readonly move: (chapterNum: number, to: number) => void;
  /** Some of it is not stored yet. */
  readonly isSaving: boolean;
}

/**
 * The order of the chapters, moved at once and stored one move after the other. What is refused goes back to where it
 * was, with the reason. Each move names one chapter and its place, so that moves in another tab stay.
 */
export function useOrder(bookId: string, stored: readonly Chapter[]): Order {
  const [moves, setMoves] = useState<readonly Move[]>([]);
  const [, change] = useDo(ChangeChaptersDocument);
  const tell = useTell();
  const before = useRef<Promise<unknown>>(Promise.resolve());
  const store = useCallback(
    async (move: Move) => {
      const chapters = [{ chapterNum: move.chapterNum, position: move.to + 1 }];
      const { faults } = await change({ input: { id: bookId, chapters } });
      setMoves((all) => all.filter((each) => each !== move));
      if (faults[0]) tell(`The chapter is back where it was. ${faults[0]}`, true);
    },
    [bookId, change, tell],
  );
  const move = useCallback(
    (chapterNum: number, to: number) => {
      const made: Move = { chapterNum, to };
      setMoves((all) => [...all, made]);
      before.current = before.current.then(() => store(made));
    },
    [store],
  );
  const chapters = useMemo(() => afterMoves(stored, moves), [stored, moves]);
  return { chapters, move, isSaving: moves.length > 0 };
}
