import { INTERRUPTED, TERMINATED } from './exit-codes.ts';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** Ended by a signal. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
  readonly exitCode: number;

  /** `message`: empty where there is nothing to tell. */
  constructor(exitCode: number, message: string) {
    super(message);
    this.exitCode = exitCode;
  }
}

/**
 * Runs `work` with a signal that Ctrl-C and SIGTERM abort; a second one ends the process at once.
 * `told`: what people are told then.
 * @throws Interrupted when the signal ended the work
 */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>, told = ''): Promise<T> {
  const stopping = new AbortController();
  const stop = (name: NodeJS.Signals) =>
    stopping.abort(new Interrupted(name === 'SIGINT' ? INTERRUPTED : TERMINATED, told));
  for (const name of SIGNALS) process.once(name, stop);
  try {
    const done = await work(stopping.signal);
    stopping.signal.throwIfAborted();
    return done;
  } catch (error) {
    throw stopping.signal.aborted ? stopping.signal.reason : error;
  } finally {
    for (const name of SIGNALS) process.removeListener(name, stop);
  }
}
