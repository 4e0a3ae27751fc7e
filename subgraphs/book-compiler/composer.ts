import { Threads } from '../../platform/threads.ts';
import type { BookText } from './compose.ts';
import type { CountedBook } from './compose.worker.ts';

/** Puts books together off the event loop: a text can be written such that reading it takes very long. */
export interface Composer {
  /** A signal that aborts ends the work at once; the promise rejects with its reason. */
  compose(book: BookText, signal: AbortSignal): Promise<CountedBook>;
  /** Ends the threads; work that is under way rejects. */
  close(): Promise<void>;
}

const THREADS = 2;

/** Starts no thread until there is work, and keeps none that idles. Runs the built code: see `builtFile`. */
export function createComposer(): Composer {
  const source = 'subgraphs/book-compiler/compose.worker.ts';
  const threads = new Threads<BookText>({ source, threads: THREADS });
  return {
    compose: (book, signal) => threads.run(book, signal),
    close: () => threads.close(),
  };
}
