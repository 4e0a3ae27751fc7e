import { type Tone, toneOf, wordOf } from '../../design/states/state.ts';
import { isInWork, runsOf, wordOf as saidOf, spelled } from '../../graph/work.ts';
import type { LineageBlob, Run } from './blob.ts';

const KINDS: Readonly<Record<string, string>> = {
  chapter_draft: 'Draft',
  expanded_text: 'Expansion',
  compiled_book: 'Compiled book',
  pitch_idea: 'Idea',
  image: 'Picture',
  image_asset: 'Renditions',
  text_insights: 'Insights',
};

/** The kind of a blob in words: of kinds that this page has not heard of, its type. */
export function kindOf(type: string): string {
  return KINDS[type] ?? spelled(type);
}

/** Which one of several it is, e.g. "version 3"; null where there is only one. */
export function whichOf({ content, generation }: LineageBlob): string | null {
  const version = content?.compiledVersion ?? content?.pitchVersion;
  if (version !== undefined) return `version ${version}`;
  return generation > 0 ? `generation ${generation}` : null;
}

/** A blob's kind and version, e.g. "Compiled book, version 3". */
export function calledOf(blob: LineageBlob): string {
  const which = whichOf(blob);
  return which ? `${kindOf(blob.type)}, ${which}` : kindOf(blob.type);
}

/** A blob's state as it is shown. */
export interface Look {
  readonly tone: Tone;
  readonly word: string;
  /** 0 to 1, where it is told. */
  readonly progress: number | null;
  /** Its present step, why it waits, or why it failed; empty where there is nothing to say. */
  readonly about: string;
  /** Runs that can be tried again; files are, where they are asked for. */
  readonly failed: readonly Run[];
}

export function lookOf(blob: LineageBlob): Look {
  const { state } = blob.processing;
  const failed = runsOf(blob.processing).filter((run) => run.state === 'FAILED');
  if (blob.contentMissingSince !== null) {
    const about = 'Its content is gone from the store that keeps it.';
    return { tone: 'failed', word: 'Content missing', progress: null, about, failed };
  }
  const run = runsOf(blob.processing).find((each) => each.state === state);
  const about = (run && saidOf(run)) ?? '';
  const progress = state === 'PROCESSING' ? (run?.progress ?? null) : null;
  return { tone: toneOf(state), word: wordOf(state), progress, about, failed };
}

/** Files that are made of it, e.g. "EPUB ready, PDF 40 %". */
export function filesOf({ processing }: LineageBlob): string {
  const states = {
    STORED: '',
    PENDING: ' waits',
    PROCESSING: ' in work',
    COMPLETED: ' ready',
    FAILED: ' failed',
  };
  return processing.runs
    .flatMap(({ artifact, state, progress }) => {
      if (artifact === null) return [];
      const far =
        state === 'PROCESSING' && progress !== null ? ` ${Math.round(progress * 100)} %` : states[state];
      return [`${artifact}${far}`];
    })
    .join(', ');
}

export const isStale = ({ content }: LineageBlob): boolean => content?.stale === true;

/** Actions that a run allows. */
export interface RunActs {
  readonly canRetry: boolean;
  readonly canCancel: boolean;
  readonly canReprocess: boolean;
}

/** The run that makes a blob on demand is its own processor's: that is asked for anew with another key. */
export function actsOf(blob: LineageBlob, run: Run): RunActs {
  const isOver = run.state === 'COMPLETED' || run.state === 'FAILED';
  const isOfBlobs = run.artifact === null;
  return {
    canRetry: isOfBlobs && run.state === 'FAILED',
    canCancel: isOfBlobs && isInWork(run),
    canReprocess: isOfBlobs && isOver && run.processorId !== blob.processorId,
  };
}
