import type { MessagePort } from 'node:worker_threads';
import { analyseStyle, type StyleAnalysis } from '../style/analyse.ts';
import type { Expansion } from './model.ts';
import { expandOffline } from './offline.ts';

/** A thread's task. `progress` gets numbers from 0 to 1, at most a hundred of them. */
export type TextTask =
  | { readonly kind: 'expand'; readonly text: string; readonly progress: MessagePort }
  | { readonly kind: 'style'; readonly text: string }
  | { readonly kind: 'tokens'; readonly texts: readonly string[] };

const progressStep = 0.01;

function expand(text: string, progress: MessagePort): Expansion {
  let told = 0;
  const expansion = expandOffline(text, (done) => {
    if (done - told < progressStep) return;
    told = done;
    progress.postMessage(done);
  });
  progress.close();
  return expansion;
}

/** Tokenizers take time with the square of a piece that they cannot divide, so none is longer than this. */
const pieces = /[\s\S]{1,256}(?=\s|$)|[\s\S]{1,256}/g;

/** Loaded only where it is needed: it takes some 70 MB, which go with the idle thread. */
async function countTokens(texts: readonly string[]): Promise<number> {
  const { countTokens: count } = await import('gpt-tokenizer/encoding/o200k_base');
  const plain = { disallowedSpecial: new Set<string>() };
  let tokens = 0;
  for (const text of texts) for (const [piece] of text.matchAll(pieces)) tokens += count(piece, plain);
  return tokens;
}

/** The entry of the thread. */
export default function run(task: TextTask): Expansion | StyleAnalysis | Promise<number> {
  switch (task.kind) {
    case 'expand':
      return expand(task.text, task.progress);
    case 'style':
      return analyseStyle(task.text);
    case 'tokens':
      return countTokens(task.texts);
  }
}
