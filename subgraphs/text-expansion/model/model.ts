import type { WrittenText } from '../../../platform/events/written.ts';
import type { Park } from '../../../platform/model/park.ts';

/** A stretch of the original text and the stretch of the expansion that came of it, in UTF-16 units. */
export interface Section {
  /** From 0, in the text's order. The sections tile both texts. */
  readonly index: number;
  /** The heading that it stands under, where there is one. */
  readonly title: string | null;
  readonly originalStart: number;
  readonly originalLength: number;
  readonly expandedStart: number;
  readonly expandedLength: number;
  /** Why it stands as it was written, in a sentence for its user. Null: it was expanded. */
  readonly kept: string | null;
}

export interface ExpandRequest {
  /** Markdown. */
  readonly text: string;
  /** For whom: users share a model's places fairly. Default: nobody known. */
  readonly userId?: string | undefined;
  /** Stops the work: the promise rejects with the signal's reason. */
  readonly signal: AbortSignal;
  /** Hears how much is done, from 0 to 1, growing. */
  readonly onProgress?: (done: number) => void;
  /** Hears what is written, section by section: of each, in the end, all that the expansion will have. */
  readonly onText?: ((text: WrittenText) => void) | undefined;
  /** Waits, and lets other work have this one's place meanwhile. Default: it waits. */
  readonly park?: Park | undefined;
}

export interface Expansion {
  readonly expanded: string;
  /** In the text's order. */
  readonly sections: readonly Section[];
  /** Tokens read and written, as the model counts them. */
  readonly tokensUsed: number;
  /** The model that wrote it, as it names itself. */
  readonly modelUsed: string;
}

/** Makes a text longer, section by section. */
export interface TextModel {
  /** For logs and readiness; what wrote a given text is `modelUsed`. */
  readonly name: string;
  /** @throws ModelError, of which `retryable` says whether asking again may help */
  expand(request: ExpandRequest): Promise<Expansion>;
}
