import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { retrying } from '../../platform/time/retry.ts';
import { BACKOFF, GraphOutOfReach } from '../demo/graph.ts';
import { CommandFailed } from '../terminal/failure.ts';
import { writeWhole } from '../terminal/new-file.ts';
import type { Progress } from '../terminal/progress.ts';

export interface DownloadOptions {
  /** Its address, which needs no token. */
  readonly url: string;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

const FOR_MS = 30_000;

async function open({ url, signal }: DownloadOptions): Promise<Response> {
  const answer = await fetch(url, { signal }).catch((error: unknown) => {
    signal.throwIfAborted();
    throw new GraphOutOfReach(`Nothing answers at ${new URL(url).origin}.`, { cause: error });
  });
  if (answer.ok && answer.body) return answer;
  const problem = (await answer.json().catch(() => ({}))) as { code?: string; detail?: string };
  if (answer.status === 503) throw new GraphOutOfReach(problem.detail ?? 'The gateway is overloaded.');
  throw new CommandFailed(
    `${problem.code ?? `HTTP ${answer.status}`}: ${problem.detail ?? 'no file'}`,
    problem,
  );
}

/** Sends the file to the sink that `openSink` gives once there is an answer. @returns its bytes */
export async function download(openSink: () => Promise<Writable>, options: DownloadOptions): Promise<number> {
  const answer = await open(options);
  const sink = await openSink().catch(async (error: unknown) => {
    await answer.body?.cancel();
    throw error;
  });
  const total = Number(answer.headers.get('content-length') ?? 0);
  let bytes = 0;
  async function* counted(chunks: AsyncIterable<Uint8Array>) {
    for await (const chunk of chunks) {
      bytes += chunk.length;
      options.progress.at(bytes, Math.max(total, bytes));
      yield chunk;
    }
  }
  try {
    await pipeline(Readable.fromWeb(answer.body as ReadableStream), counted, sink, {
      signal: options.signal,
    });
  } catch (error) {
    options.signal.throwIfAborted();
    // `fetch` names a body that broke off so, and no error of the disk.
    if (error instanceof TypeError) throw new GraphOutOfReach('The download broke off.', { cause: error });
    throw error;
  } finally {
    options.progress.end();
  }
  return bytes;
}

/**
 * Writes the file to `path`, which appears whole or not at all; begins again when the connection is cut.
 * @returns its bytes
 */
export function downloadFile(path: string, options: DownloadOptions): Promise<number> {
  return retrying(() => writeWhole(path, 0o666, (openFile) => download(openFile, options)), {
    ...BACKOFF,
    forMs: FOR_MS,
    mayPass: (error) => error instanceof GraphOutOfReach,
    signal: options.signal,
  });
}
