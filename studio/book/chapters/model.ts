import type { BookPageQuery } from '../../book-graph/operations.generated.ts';
import { type Run, runsOf } from '../../graph/work.ts';

export type Chapter = NonNullable<BookPageQuery['book']>['chapters'][number];

/** Where a chapter's text is: its draft, and the expansion of that. */
export type Stage =
  /** It has no draft. */
  | 'missing'
  /** Nothing expands its draft. */
  | 'draft'
  | 'waiting'
  | 'making'
  | 'failed'
  /** It was expanded, and that was deleted. */
  | 'gone'
  | 'expanded';

export interface Progress {
  readonly stage: Stage;
  /** The run that expands the newest draft. */
  readonly run: Run | undefined;
}

export interface Around {
  /** Processors whose results books show as expansions. */
  readonly expanders: readonly string[];
  /** A run is done, and what came of it is being read. */
  readonly isBehind?: boolean;
}

function stageOfRun(run: Run | undefined, isBehind: boolean): Stage {
  switch (run?.state) {
    case 'PENDING':
      return 'waiting';
    case 'PROCESSING':
      return 'making';
    case 'FAILED':
      return 'failed';
    case 'COMPLETED':
      return isBehind ? 'making' : 'gone';
    default:
      return 'draft';
  }
}

/** An expansion that is there counts, also while a newer one is made. */
export function progressOf(chapter: Chapter, { expanders, isBehind = false }: Around): Progress {
  const { draft, expanded } = chapter;
  if (!draft) return { stage: 'missing', run: undefined };
  const run = runsOf(draft.processing).find(({ processorId }) => expanders.includes(processorId));
  return { stage: expanded ? 'expanded' : stageOfRun(run, isBehind), run };
}

type Numbered = Pick<Chapter, 'chapterNum' | 'numbered'>;

/** The number of each chapter as readers will see it: its key where these ascend, otherwise counted; null: none. */
export function numbersOf(chapters: readonly Numbered[]): Map<number, number | null> {
  const grow = chapters.every(
    ({ chapterNum, numbered }, index) =>
      numbered && chapterNum > (chapters[index - 1]?.chapterNum ?? Number.NEGATIVE_INFINITY),
  );
  let count = 0;
  return new Map(
    chapters.map(({ chapterNum, numbered }) => {
      if (!numbered) return [chapterNum, null];
      count += 1;
      return [chapterNum, grow ? chapterNum : count];
    }),
  );
}

/** A key that no chapter has. */
export const freeKey = (chapters: readonly Numbered[]): number =>
  Math.max(0, ...chapters.map(({ chapterNum }) => chapterNum)) + 1;
