import { Threads } from '../../../platform/concurrency/threads.ts';
import type { BookText } from './compose.ts';
import type { CountedBook } from './compose.worker.ts';

/** Composes books off the event loop: a hostile text can take very long to parse. */
export interface Composer {
  /** Aborting the signal ends the work at once; the promise rejects with the signal's reason. */
  compose(book: BookText, signal: AbortSignal): Promise<CountedBook>;
  /** Ends the threads. Running work rejects. */
  close(): Promise<void>;
}

const THREADS = 2;
/** Of a thread: a book may have 64 MiB of sources. */
const MEMORY_MB = 2_048;

/** Threads start with the first task and end when idle. They run the built code: see `builtFile`. */
export function createComposer(): Composer {
  const source = 'subgraphs/book-compiler/compose/compose.worker.ts';
  const threads = new Threads<BookText>({
    source,
    threads: THREADS,
    resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB },
  });
  return {
    compose: (book, signal) => threads.run(book, signal),
    close: () => threads.close(),
  };
}
