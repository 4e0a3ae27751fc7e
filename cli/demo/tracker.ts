import type { Display } from './display.ts';
import type { Draft, Run } from './operations.ts';
import { type ChapterProgress, describeProgress, isSettled, runToRetry } from './progress.ts';

interface Chapter {
  readonly chapterNum: number;
  readonly title: string;
  readonly words: number;
}

interface Placed {
  readonly draftId: string;
  readonly found: boolean;
  retriedAttempt: number | null;
}

export interface TrackerDependencies {
  readonly chapters: readonly Chapter[];
  readonly display: Display;
  /** Asks for a failed run again; called once a chapter. */
  readonly retry: (chapter: ChapterProgress, run: Run) => void;
}

/**
 * Gathers what is heard of a book's chapters, from whomever and in whatever order, and shows it. News of a draft may
 * come before it is known which chapter it is.
 */
export class Tracker {
  readonly #deps: TrackerDependencies;
  readonly #drafts = new Map<string, Draft>();
  readonly #expandedWords = new Map<string, number>();
  readonly #placed = new Map<number, Placed>();
  #resolve: () => void = () => {};
  /** Resolves when nothing more will happen to any chapter by itself. */
  readonly settled = new Promise<void>((resolve) => {
    this.#resolve = resolve;
  });

  constructor(deps: TrackerDependencies) {
    this.#deps = deps;
    this.#show();
  }

  /** Every chapter as it stands. */
  get chapters(): ChapterProgress[] {
    return this.#deps.chapters.map((chapter) => {
      const placed = this.#placed.get(chapter.chapterNum);
      return {
        ...chapter,
        draft: placed ? (this.#drafts.get(placed.draftId) ?? null) : null,
        expandedWords: placed ? (this.#expandedWords.get(placed.draftId) ?? null) : null,
        found: placed?.found ?? false,
        retriedAttempt: placed?.retriedAttempt ?? null,
      };
    });
  }

  /** A draft's entry; one that is older than what is known changes nothing. */
  hear(draft: Draft): void {
    const known = this.#drafts.get(draft.id);
    if (known && known.version >= draft.version) return;
    this.#drafts.set(draft.id, draft);
    this.#changed();
  }

  hearOfExpansion(draftId: string, words: number): void {
    this.#expandedWords.set(draftId, words);
    this.#changed();
  }

  /** Says which draft is a chapter's. `found`: it was stored before. */
  place(chapterNum: number, draft: Draft, found: boolean): void {
    this.#placed.set(chapterNum, { draftId: draft.id, found, retriedAttempt: null });
    this.hear(draft);
    this.#changed();
  }

  #changed(): void {
    for (const chapter of this.chapters) {
      const run = runToRetry(chapter);
      const placed = this.#placed.get(chapter.chapterNum);
      if (!run || !placed) continue;
      placed.retriedAttempt = run.attempt;
      this.#deps.retry(chapter, run);
    }
    this.#show();
    if (this.chapters.every(isSettled)) this.#resolve();
  }

  #show(): void {
    const lines = this.chapters.map(
      (chapter) => `  ${chapter.chapterNum}. ${chapter.title}: ${describeProgress(chapter)}`,
    );
    this.#deps.display.show(lines);
  }
}
