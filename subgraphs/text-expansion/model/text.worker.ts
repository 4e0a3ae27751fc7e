import type { MessagePort } from 'node:worker_threads';
import { countTokens } from '../../../platform/model/count-tokens.ts';
import { analyseStyle, type StyleAnalysis } from '../../../platform/prose/style.ts';
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
