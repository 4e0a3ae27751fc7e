import { type Analysis, analyse } from './analyse.ts';

/** A thread's task. */
export interface AnalysisTask {
  readonly text: string;
  /** Whether others of its user's are to be compared with it. */
  readonly compares: boolean;
}

/** The entry of the thread. */
export default function run({ text, compares }: AnalysisTask): Analysis {
  return analyse(text, compares);
}
