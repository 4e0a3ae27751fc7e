import type { FaultFragment } from '../../graph/operations.generated.ts';
import { type Around, type Chapter, progressOf, type Stage } from '../chapters/model.ts';

export interface Options {
  readonly useExpanded: boolean;
  readonly leaveOutMissing: boolean;
}

/** The text of a chapter that a version would take, or why there is none. */
export type Taken =
  | 'expansion'
  | 'draft'
  /** It has no draft, and is left out. */
  | 'leftOut'
  /** The rest keep the book from being compiled. */
  | 'missing'
  | 'making'
  | 'failed'
  | 'gone';

export const keepsBack = (taken: Taken): boolean => !['expansion', 'draft', 'leftOut'].includes(taken);

export interface Look {
  readonly chapter: Chapter;
  readonly taken: Taken;
  /** Why a run failed, or waits. */
  readonly reason: string | undefined;
  readonly progress: number | null;
}

function takenOf(stage: Stage, { useExpanded, leaveOutMissing }: Options): Taken {
  if (stage === 'missing') return leaveOutMissing ? 'leftOut' : 'missing';
  if (!useExpanded || stage === 'draft') return 'draft';
  if (stage === 'expanded') return 'expansion';
  return stage === 'waiting' ? 'making' : stage;
}

/** Chapter by chapter what a version would be made of, by the rules that the compiler has. */
export const lookAt = (chapters: readonly Chapter[], options: Options, around: Around): Look[] =>
  chapters.map((chapter) => {
    const { stage, run } = progressOf(chapter, around);
    const taken = takenOf(stage, options);
    const reason = taken === 'failed' ? run?.error?.message : run?.obstacle?.message;
    return { chapter, taken, reason: keepsBack(taken) ? reason : undefined, progress: run?.progress ?? null };
  });

export interface Refusal {
  /** By the key of the chapter that they name. */
  readonly ofChapters: ReadonlyMap<number, string>;
  /** By the input's field. */
  readonly ofFields: ReadonlyMap<string, string>;
  /** About no chapter and no field that is shown. */
  readonly others: readonly string[];
}

/** The compiler names a chapter at the beginning of what it says of it. */
const namedChapter = (message: string): number | undefined => {
  const [, key] = /^Chapter (\d+) \(/.exec(message) ?? [];
  return key === undefined ? undefined : Number(key);
};

/** Why a book was not compiled, each where it belongs. */
export function refusalOf(
  faults: readonly FaultFragment[],
  shown: { readonly chapters: readonly number[]; readonly fields: readonly string[] },
): Refusal {
  const ofChapters = new Map<number, string>();
  const ofFields = new Map<string, string>();
  const others: string[] = [];
  for (const { field, message } of faults) {
    const chapterNum = namedChapter(message);
    if (chapterNum !== undefined && shown.chapters.includes(chapterNum)) ofChapters.set(chapterNum, message);
    else if (field && shown.fields.includes(field)) ofFields.set(field, message);
    else others.push(message);
  }
  return { ofChapters, ofFields, others };
}
