import { type Analysis, analyse } from './analyse.ts';

/** A thread's task. */
export interface AnalysisTask {
  readonly text: string;
  /** Whether it can be compared with the user's other texts. */
  readonly compares: boolean;
}

/** The thread's entry point. */
export default function run({ text, compares }: AnalysisTask): Analysis {
  return analyse(text, compares);
}
