import { Piscina } from 'piscina';
import { builtFile } from '../../platform/paths.ts';
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
const IDLE_MS = 10_000;

/** Starts no thread until there is work, and keeps none that idles. Runs the built code: see `builtFile`. */
export function createComposer(): Composer {
  const filename = builtFile('subgraphs/book-compiler/compose.worker.ts');
  let pool: Piscina | null = null;
  const open = (): Piscina => {
    const opened = new Piscina({ filename, minThreads: 0, maxThreads: THREADS, idleTimeout: IDLE_MS });
    // After a thread broke down outside a task, what waited for it would wait for ever.
    opened.on('error', () => {
      if (pool === opened) pool = null;
      void opened.destroy();
    });
    return opened;
  };
  return {
    async compose(book, signal) {
      pool ??= open();
      try {
        return await pool.run(book, { signal });
      } catch (error) {
        throw signal.aborted ? signal.reason : error;
      }
    },
    async close() {
      await pool?.destroy();
    },
  };
}
