import { type Progressing, progressOf } from '../../../../platform/concurrency/threads.ts';
import { countTokens } from '../../../../platform/model/count-tokens.ts';
import { analyseStyle, type StyleAnalysis } from '../../../../platform/prose/style.ts';
import type { Expansion } from '../model.ts';
import { expandOffline } from '../writer/offline.ts';

/** A thread's task. Of an expansion, progress is told from 0 to 1, at most a hundred times. */
export type TextTask =
  | ({ readonly kind: 'expand'; readonly text: string } & Progressing)
  | { readonly kind: 'style'; readonly text: string }
  | { readonly kind: 'tokens'; readonly texts: readonly string[] };

const progressStep = 0.01;

function expand(text: string, onProgress: (done: number) => void): Expansion {
  let told = 0;
  return expandOffline(text, (done) => {
    if (done - told < progressStep) return;
    told = done;
    onProgress(done);
  });
}

/** The entry of the thread. */
export default function run(task: TextTask): Expansion | StyleAnalysis | Promise<number> {
  switch (task.kind) {
    case 'expand':
      return expand(task.text, progressOf(task));
    case 'style':
      return analyseStyle(task.text);
    case 'tokens':
      return countTokens(task.texts);
  }
}
