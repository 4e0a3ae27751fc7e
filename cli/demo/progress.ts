import type { Draft, Run } from './operations.ts';

/** A chapter's progress through the system. */
export interface ChapterProgress {
  readonly chapterNum: number;
  readonly title: string;
  /** Words of its text. */
  readonly words: number;
  /** Its entry in the index; null until it is stored. */
  readonly draft: Draft | null;
  /** Words of its expansion; null until they are known. */
  readonly expandedWords: number | null;
  /** True when the draft was stored before this demo began. */
  readonly found: boolean;
  /** The attempt of the failed run that was retried; null when none was. */
  readonly retriedAttempt: number | null;
}

/** The run that failed for good, if any. */
export const failedRun = ({ draft }: ChapterProgress): Run | null =>
  draft?.processing.state === 'FAILED'
    ? (draft.processing.runs.find((run) => run.state === 'FAILED') ?? null)
    : null;

/** The failed run to retry: each chapter is retried once. */
export function runToRetry(chapter: ChapterProgress): Run | null {
  return chapter.retriedAttempt === null ? failedRun(chapter) : null;
}

/** Whether the chapter has reached a final state. */
export function isSettled(chapter: ChapterProgress): boolean {
  const state = chapter.draft?.processing.state;
  if (state === 'FAILED') return hasFailedAgain(chapter);
  return state === 'COMPLETED' || state === 'STORED';
}

/** Whether the retried run failed as well. */
export function hasFailedAgain(chapter: ChapterProgress): boolean {
  const run = failedRun(chapter);
  return run !== null && chapter.retriedAttempt !== null && run.attempt > chapter.retriedAttempt;
}

const count = (words: number): string => `${words.toLocaleString('en')} ${words === 1 ? 'word' : 'words'}`;

/** The chapter's progress in a few words. */
export function describeProgress(chapter: ChapterProgress): string {
  const { draft, words, expandedWords, found } = chapter;
  if (!draft) return 'sending';
  const stored = `${found ? 'was stored' : 'stored'} (${count(words)})`;
  switch (draft.processing.state) {
    case 'STORED':
      return `${stored}; no processor takes it`;
    case 'PENDING':
      return chapter.retriedAttempt === null ? stored : `${stored} → failed → waiting for a retry`;
    case 'PROCESSING':
      return `${stored} → expanding`;
    case 'COMPLETED':
      return `${stored} → expanded${expandedWords === null ? '' : ` (${count(expandedWords)})`}`;
    case 'FAILED':
      return `${stored} → failed: ${failedRun(chapter)?.error?.message ?? 'reason unknown'}`;
  }
}
