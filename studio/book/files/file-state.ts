import { isInWork, type Run } from '../../graph/work.ts';

export type FileState = 'MISSING' | 'MAKING' | 'READY' | 'FAILED';

/** A version or a pitch as a file. */
export interface MadeFile {
  readonly format: string;
  readonly url: string;
  readonly sizeBytes: number | string | null;
  readonly state: FileState;
  readonly error: { readonly message: string } | null;
}

export interface FileSeen {
  readonly state: FileState;
  readonly progress: number | null;
  readonly reason: string | undefined;
}

/**
 * Where a file is: its run, which the page hears of at once, says that it is being made, and why it failed; that it is
 * there, the file itself says, with its size.
 */
export function seenOf(file: MadeFile, runs: readonly Run[]): FileSeen {
  const run = runs.find(({ artifact }) => artifact?.toLowerCase() === file.format.toLowerCase());
  if (run && isInWork(run)) return { state: 'MAKING', progress: run.progress, reason: run.obstacle?.message };
  if (run?.state === 'FAILED' && file.state !== 'READY')
    return { state: 'FAILED', progress: null, reason: run.error?.message ?? file.error?.message };
  return { state: file.state, progress: null, reason: file.error?.message };
}

/** Time for a download to begin in. */
const SPARE_MS = 60_000;

/** Whether a signed address must be asked for anew; also where it does not tell when it ends. */
export function hasAged(url: string, now = Date.now()): boolean {
  const [, expires] = /[?&]expires=(\d+)/.exec(url) ?? [];
  return expires === undefined || Number(expires) * 1_000 - SPARE_MS < now;
}

/** Names of formats for people. */
export const FORMATS: Readonly<Record<string, readonly [name: string, about: string]>> = {
  EPUB: ['EPUB', 'For e-readers'],
  PDF: ['PDF', 'For print and screen'],
  HTML: ['HTML', 'One page, opens anywhere'],
  MARKDOWN: ['Markdown', 'The text, to edit'],
  DECK: ['Slides (PPTX)', 'A deck to present'],
};
