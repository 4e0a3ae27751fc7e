import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { IsolatedMessage, IsolatedTask } from './protocol.ts';

/** The process ended without an answer: killed, crashed, or out of memory. */
export class IsolatedProcessDied extends Error {
  override readonly name = 'IsolatedProcessDied';
  /** Whether it ended itself because it had more memory than it may. */
  readonly isOutOfMemory: boolean;

  constructor(reason: string, isOutOfMemory = false) {
    super(`The process ended without an answer: ${reason}`);
    this.isOutOfMemory = isOutOfMemory;
  }
}

/** The work refused its input, with a code of the table of errors: not checked, for the process is not trusted. */
export class IsolatedRefusal extends Error {
  override readonly name = 'IsolatedRefusal';
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

export interface IsolatedOptions {
  /** Sent as it is, as `structuredClone` takes it. */
  readonly task: unknown;
  /** Piped into it; where it fails, the process ends and the error is thrown. */
  readonly input: AsyncIterable<Uint8Array>;
  /** Bytes that it may have resident; more end it. */
  readonly maxBytes: number;
  /** Kills it at once. */
  readonly signal: AbortSignal;
  /** Hears how far the process says that it is: unchecked. Default: nobody does. */
  readonly onProgress?: (done: number, stage: string) => void;
}

const STDERR_CHARACTERS = 2_000;
/** The heap of JavaScript: what it works on lies outside. */
const HEAP_MEBIBYTES = 128;

function start(file: string): ChildProcess {
  return fork(file, [], {
    // Nothing of the service's: keys and addresses of stores are no business of a process that reads strangers' bytes.
    env: {},
    execArgv: [`--max-old-space-size=${HEAP_MEBIBYTES}`],
    serialization: 'advanced',
    stdio: ['pipe', 'ignore', 'pipe', 'ipc'],
  });
}

/** The last that the process wrote to stderr. */
function lastWords({ stderr }: ChildProcess): () => string {
  let text = '';
  stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    text = (text + chunk).slice(-STDERR_CHARACTERS);
  });
  return () => text.trim();
}

/** Last message of the process; undefined when it sent none. */
function listen(child: ChildProcess, onProgress: IsolatedOptions['onProgress']) {
  let last: Exclude<IsolatedMessage, { kind: 'progress' }> | undefined;
  child.on('message', (message: IsolatedMessage) => {
    if (message.kind === 'progress') onProgress?.(message.done, message.stage);
    else last ??= message;
  });
  return () => last;
}

/** Passes the input on; `onFailure` is told only what reading it throws, not what becomes of the pipe. */
async function* noting(input: AsyncIterable<Uint8Array>, onFailure: (error: unknown) => void) {
  let reading = true;
  try {
    for await (const chunk of input) {
      reading = false;
      yield chunk;
      reading = true;
    }
  } catch (error) {
    if (reading) onFailure(error);
    throw error;
  }
}

/** Resolves once all of the input is written, or the process takes no more of it. @throws what reading it throws */
async function feed({ stdin }: ChildProcess, input: AsyncIterable<Uint8Array>): Promise<void> {
  if (!stdin) return;
  const failures: unknown[] = [];
  const source = Readable.from(
    noting(input, (error) => failures.push(error)),
    { objectMode: false },
  );
  // It may end before it has read all: how it ended tells why.
  await pipeline(source, stdin).catch(() => undefined);
  if (failures.length > 0) throw failures[0];
}

function answerOf(last: ReturnType<ReturnType<typeof listen>>, how: string): unknown {
  switch (last?.kind) {
    case 'answer':
      return last.answer;
    case 'refused':
      throw new IsolatedRefusal(last.code, last.message);
    case 'failed':
      throw new Error(`Isolated work failed: ${last.message}`);
    case 'memory':
      throw new IsolatedProcessDied(`it had ${last.bytes} bytes of memory`, true);
    case undefined:
      throw new IsolatedProcessDied(how);
  }
}

/**
 * Does work in a process of its own, which ends with it: what crashes, hangs or takes too much memory there costs that work
 * alone. `file`: a built module that calls `serveIsolated`.
 * @throws IsolatedRefusal, IsolatedProcessDied; the signal's reason; what reading the input throws
 */
export async function runIsolated(
  file: string,
  { task, input, maxBytes, signal, onProgress }: IsolatedOptions,
): Promise<unknown> {
  signal.throwIfAborted();
  const child = start(file);
  const kill = () => child.kill('SIGKILL');
  signal.addEventListener('abort', kill, { once: true });
  try {
    const exited = once(child, 'close');
    const said = listen(child, onProgress);
    const words = lastWords(child);
    child.send({ task, maxBytes } satisfies IsolatedTask, () => undefined);
    await feed(child, input);
    const [code, ended] = (await exited) as [number | null, NodeJS.Signals | null];
    signal.throwIfAborted();
    return answerOf(said(), `${ended ?? `exit code ${code}`}. ${words()}`);
  } finally {
    signal.removeEventListener('abort', kill);
    kill();
  }
}
