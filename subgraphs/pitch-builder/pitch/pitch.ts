import type { PitchV1 } from '../../../schemas/types.generated.ts';
import type { PitchWords } from '../model/model.ts';
import type { Subject } from '../model/subject.ts';
import type { ReadingLevel } from './reading-level.ts';

/** The blob's `data` by the schema `pitch-v1`, without `version`, which the store allocates. */
export interface PitchData extends Omit<PitchV1, 'version'>, Omit<PitchWords, 'audience'> {
  readonly subject_kind: Subject['kind'];
  /** The user's own id of the book; otherwise the blob's id. */
  readonly subject_id: string;
  /** On one line; `Untitled` when the source has no title. */
  readonly title: string;
  /** On one line; absent when unknown. */
  readonly author?: string;
  /** A BCP 47 tag; absent where it is unknown. */
  readonly language?: string;
  /** Absent when unknown. */
  readonly audience?: string;
  /** Of the text that is pitched. */
  readonly word_count: number;
  /** Null for other languages than English. */
  readonly reading_level: ReadingLevel | null;
  /** Limitations of the pitch, one sentence each. */
  readonly caveats: readonly string[];
}

/** A stored pitch. */
export interface PitchDocument extends PitchData {
  /** From 1, one more with each pitch of the same subject; that of a deleted one is not given again. */
  readonly version: number;
}
