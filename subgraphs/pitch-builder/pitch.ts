import type { PitchWords } from './model/model.ts';
import type { ReadingLevel } from './reading-level.ts';
import type { Subject } from './subject.ts';

/** The document's `data`: of the schema `pitch-v1`; the store gives `version`. */
export interface PitchData extends Omit<PitchWords, 'audience'> {
  readonly subject_kind: Subject['kind'];
  readonly subject_id: string;
  readonly title: string;
  readonly author?: string;
  /** A BCP 47 tag; absent where it is unknown. */
  readonly language?: string;
  readonly audience?: string;
  readonly word_count: number;
  readonly reading_level: ReadingLevel | null;
  readonly caveats: readonly string[];
}

/** A pitch as it is stored, with its number. */
export interface PitchDocument extends PitchData {
  readonly version: number;
}
