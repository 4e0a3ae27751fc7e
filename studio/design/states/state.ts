/** Where a blob, a run, a file or a processor is: the four states that the page tells apart, and rest. */
export type Tone = 'rest' | 'waiting' | 'working' | 'done' | 'failed';

/** `processing.state` as a tone and a word. */
const STATES = {
  STORED: ['rest', 'Stored'],
  PENDING: ['waiting', 'Waiting'],
  PROCESSING: ['working', 'Working'],
  COMPLETED: ['done', 'Done'],
  FAILED: ['failed', 'Failed'],
} as const satisfies Record<string, readonly [Tone, string]>;

export type ProcessingState = keyof typeof STATES;

export const toneOf = (state: ProcessingState): Tone => STATES[state][0];
export const wordOf = (state: ProcessingState): string => STATES[state][1];
