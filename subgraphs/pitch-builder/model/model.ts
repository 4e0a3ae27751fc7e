import type { Park } from '../../../platform/model/park.ts';
import type { Subject } from './subject.ts';

/** The texts of a pitch, in the form of `pitch-v1`. */
export interface PitchWords {
  /** One sentence. */
  readonly logline: string;
  /** In three lengths; the long one may have paragraphs, with an empty line between them. */
  readonly synopsis: { readonly short: string; readonly medium: string; readonly long: string };
  /** Null: unknown. */
  readonly audience: string | null;
  /** The most important first, at most 12. */
  readonly themes: readonly { readonly name: string; readonly description: string | null }[];
  /** The most important first, at most 20. */
  readonly characters: readonly { readonly name: string; readonly description: string | null }[];
  /** At most 12. */
  readonly selling_points: readonly string[];
  /** At most 12; empty when neither the source nor the model names any. */
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
  /** Users share the model fairly. */
  readonly userId: string;
  /** Aborts the work: the promise rejects with the signal's reason. */
  readonly signal: AbortSignal;
  /** Reports progress from 0 to 1. */
  readonly onProgress: (done: number, stage: string) => void;
  /** Waits while other work uses this run's place. */
  readonly park?: Park | undefined;
}

export interface Written {
  readonly words: PitchWords;
  /** Limitations of the pitch, one sentence each. */
  readonly caveats: readonly string[];
  /** The model's name, as it reports it. */
  readonly modelUsed: string;
  /** Tokens read and written, by the model's count. */
  readonly tokensUsed: number;
}

/** Writes the texts of a pitch. */
export interface PitchModel {
  readonly name: string;
  /** @throws ModelError; its `retryable` tells whether a retry may succeed */
  write(request: WriteRequest): Promise<Written>;
}
