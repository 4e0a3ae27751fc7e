import type { Park } from '../../../platform/model/park.ts';
import type { Subject } from '../subject.ts';

/** The words of a pitch, as `pitch-v1` has them. */
export interface PitchWords {
  readonly logline: string;
  readonly synopsis: { readonly short: string; readonly medium: string; readonly long: string };
  /** Null: nothing tells. */
  readonly audience: string | null;
  readonly themes: readonly { readonly name: string; readonly description: string | null }[];
  readonly characters: readonly { readonly name: string; readonly description: string | null }[];
  readonly selling_points: readonly string[];
  readonly comparable_titles: readonly {
    readonly title: string;
    readonly author: string | null;
    readonly reason: string | null;
  }[];
}

export interface WriteRequest {
  readonly subject: Subject;
  /** A BCP 47 tag; null: unknown. */
  readonly language: string | null;
  /** For whom: users share a model's places fairly. */
  readonly userId: string;
  /** Stops the work: the promise rejects with the signal's reason. */
  readonly signal: AbortSignal;
  /** Hears how much is done, from 0 to 1. */
  readonly onProgress: (done: number, stage: string) => void;
  /** Waits, and lets other work have this one's place meanwhile. */
  readonly park?: Park | undefined;
}

export interface Written {
  readonly words: PitchWords;
  /** What could not be told, each in a sentence. */
  readonly caveats: readonly string[];
  /** The model that wrote it, as it names itself. */
  readonly modelUsed: string;
  /** Tokens read and written, as the model counts them. */
  readonly tokensUsed: number;
}

/** Writes the words of a pitch. */
export interface PitchModel {
  readonly name: string;
  /** @throws ModelError, of which `retryable` says whether asking again may help */
  write(request: WriteRequest): Promise<Written>;
}
