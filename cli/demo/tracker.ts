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
  /** Retries a failed run; called once per chapter. */
  readonly retry: (chapter: ChapterProgress, run: Run) => void;
}

/**
 * Collects the progress of a book's chapters, in any order, and shows it. Changes of a draft may arrive before its
 * chapter is known.
 */
export class Tracker {
  readonly #deps: TrackerDependencies;
  readonly #drafts = new Map<string, Draft>();
  readonly #expandedWords = new Map<string, number>();
  readonly #placed = new Map<number, Placed>();
  #resolve: () => void = () => {};
  /** Resolves when all chapters have reached a final state. */
  readonly settled = new Promise<void>((resolve) => {
    this.#resolve = resolve;
  });

  constructor(deps: TrackerDependencies) {
    this.#deps = deps;
    this.#show();
  }

  /** The current progress of every chapter. */
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

  /** Takes a draft's index entry; ignored when a newer version is known. */
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

  /** Assigns a draft to a chapter. `found`: it was stored before this demo began. */
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
