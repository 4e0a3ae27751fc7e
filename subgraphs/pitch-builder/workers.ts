import type { Part } from '../../platform/prose/split.ts';
import { Threads } from '../../platform/threads.ts';
import type { Extract } from './model/offline/extract.ts';
import type { PitchDocument } from './pitch.ts';
import type { Subject } from './subject.ts';
import type { Measured, Task } from './work.worker.ts';

/** Work that takes more than some milliseconds, off the event loop. A signal that aborts ends it at once. */
export interface Workers {
  extract(subject: Subject, language: string | null, signal: AbortSignal): Promise<Extract>;
  measure(text: string, language: string | null, signal: AbortSignal): Promise<Measured>;
  /** As {@link splitText}. */
  split(text: string, maxTokens: number, signal: AbortSignal): Promise<readonly Part[]>;
  countTokens(texts: readonly string[], signal: AbortSignal): Promise<number>;
  /** A pitch as a presentation (PPTX). */
  deck(pitch: PitchDocument, signal: AbortSignal): Promise<Uint8Array>;
  close(): Promise<void>;
}

export function createWorkers(): Workers {
  const threads = new Threads<Task>({ source: 'subgraphs/pitch-builder/work.worker.ts' });
  return {
    extract: (subject, language, signal) => threads.run({ kind: 'extract', subject, language }, signal),
    measure: (text, language, signal) => threads.run({ kind: 'measure', text, language }, signal),
    split: (text, maxTokens, signal) => threads.run({ kind: 'split', text, maxTokens }, signal),
    countTokens: (texts, signal) => threads.run({ kind: 'tokens', texts }, signal),
    deck: (pitch, signal) => threads.run({ kind: 'deck', pitch }, signal),
    close: () => threads.close(),
  };
}
