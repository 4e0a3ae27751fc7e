/** The meaning of each exit code, for all commands, as docs/cli.md has it. */
export const exitCodes = {
  0: 'done',
  1: 'failed, or refused: the message says why, and what to do',
  2: 'called wrongly: the message names the argument or the setting, and the fix',
  3: 'the system, or a part of it, cannot be reached',
  130: 'ended by Ctrl-C',
  141: 'the reader of the output has gone, e.g. `| head`',
  143: 'ended by SIGTERM',
} as const;

export const DONE = 0;
export const FAILED = 1;
export const CALLED_WRONGLY = 2;
export const OUT_OF_REACH = 3;
export const INTERRUPTED = 130;
export const READER_GONE = 141;
export const TERMINATED = 143;
