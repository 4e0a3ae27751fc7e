import { Threads } from '../../platform/concurrency/threads.ts';
import type { Part } from '../../platform/prose/split.ts';
import type { Extract } from './model/offline/extract.ts';
import type { Subject } from './model/subject.ts';
import type { PitchDocument } from './pitch/pitch.ts';
import type { Measured, Task } from './work.worker.ts';

/** CPU-bound work of the pitch builder, off the event loop. Aborting the signal ends it at once. */
export interface Workers {
  /** A pitch made of the text's own sentences. `language`: null when unknown. */
  extract(subject: Subject, language: string | null, signal: AbortSignal): Promise<Extract>;
  /** `language`: null to detect it. */
  measure(text: string, language: string | null, signal: AbortSignal): Promise<Measured>;
  /** As {@link splitText}. */
  split(text: string, maxTokens: number, signal: AbortSignal): Promise<readonly Part[]>;
  /** Tokens of all `texts` together, as OpenAI’s o200k_base counts them. */
  countTokens(texts: readonly string[], signal: AbortSignal): Promise<number>;
  /** A pitch as a presentation (PPTX). */
  deck(pitch: PitchDocument, signal: AbortSignal): Promise<Uint8Array>;
  /** Ends the threads. Running work rejects. */
  close(): Promise<void>;
}

/** Of a thread: a book may have 64 MiB of text. */
const MEMORY_MB = 2_048;

export function createWorkers(): Workers {
  const threads = new Threads<Task>({
    source: 'subgraphs/pitch-builder/work.worker.ts',
    resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB },
  });
  return {
    extract: (subject, language, signal) => threads.run({ kind: 'extract', subject, language }, signal),
    measure: (text, language, signal) => threads.run({ kind: 'measure', text, language }, signal),
    split: (text, maxTokens, signal) => threads.run({ kind: 'split', text, maxTokens }, signal),
    countTokens: (texts, signal) => threads.run({ kind: 'tokens', texts }, signal),
    deck: (pitch, signal) => threads.run({ kind: 'deck', pitch }, signal),
    close: () => threads.close(),
  };
}
