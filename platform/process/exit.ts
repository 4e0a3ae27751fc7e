/** A fault of whoever starts a process or calls a command: they need its message, and no stack. */
export class StartersFault extends Error {
  override readonly name: string = 'StartersFault';
}

/** A command was called in a way that it cannot serve; the message says how to call it. */
export class UsageError extends StartersFault {
  override readonly name = 'UsageError';
}

/**
 * Ends the process with what a person must know, and no stack, when the fault is theirs to mend. `theirs`: the exit
 * code then, where it is another than 1.
 */
export function exitWith(error: unknown, theirs = 1): never {
  const { code, message, stack } = error as NodeJS.ErrnoException;
  const known = error instanceof StartersFault || code?.startsWith('ERR_PARSE_ARGS');
  console.error(known ? message : (stack ?? error));
  process.exit(known ? theirs : 1);
}
