import { Threads } from '../../../../platform/concurrency/threads.ts';
import type { StyleAnalysis } from '../../../../platform/prose/style.ts';
import type { ExpandRequest, Expansion } from '../model.ts';
import type { TextTask } from './text.worker.ts';

/** Work on texts off the event loop. A signal that aborts ends the work at once: the promise rejects with its reason. */
export interface TextWorker {
  /** Adds sentences to stories in English prose; keeps any other text unchanged. Deterministic. */
  expandOffline(request: ExpandRequest): Promise<Expansion>;
  analyseStyle(text: string, signal: AbortSignal): Promise<StyleAnalysis>;
  /** Tokens of all `texts` together, as OpenAI’s o200k_base counts them. */
  countTokens(texts: readonly string[], signal: AbortSignal): Promise<number>;
  /** Ends the threads; work that is under way rejects. */
  close(): Promise<void>;
}

export interface TextWorkerOptions {
  /** Threads at most. Default 1. */
  readonly threads?: number;
  /** A thread without work for this long ends. Default 10 s. */
  readonly idleMs?: number;
  /** The threads' module. Default: `text.worker.ts`, built. */
  readonly filename?: string;
}

const source = 'subgraphs/text-expansion/model/work/text.worker.ts';

/** Starts no thread until there is work, and keeps none that idles. Runs the built code: see `builtFile`. */
export function createTextWorker(options: TextWorkerOptions = {}): TextWorker {
  const threads = new Threads<TextTask>({ source, ...options });
  return {
    async expandOffline({ text, signal, onProgress }) {
      const expansion = await threads.run<Expansion>({ kind: 'expand', text }, signal, onProgress);
      // The last that the thread told may come behind the result.
      onProgress?.(1);
      return expansion;
    },
    analyseStyle: (text, signal) => threads.run({ kind: 'style', text }, signal),
    countTokens: (texts, signal) => threads.run({ kind: 'tokens', texts }, signal),
    close: () => threads.close(),
  };
}
