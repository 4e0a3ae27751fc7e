import { createOneByOne } from '../../concurrency/one-by-one.ts';
import { Threads } from '../../concurrency/threads.ts';
import { BlobgraphError } from '../../errors/errors.ts';
import type { Results } from './check.ts';
import type { Task } from './task.ts';

/** Checks, composes and compares graphs, beside the event loop. */
export interface GraphChecker {
  /**
   * One task after the other.
   * @throws BlobgraphError COMPOSITION_FAILED (field `subgraph.sdl`) where it takes more time or memory than it may;
   * SERVICE_UNAVAILABLE where the checker was closed
   */
  run<Of extends Task>(task: Of): Promise<Results[Of['kind']]>;
  close(): Promise<void>;
}

/** Our own graph takes a second, most of it to load the library; a loaded machine several. */
const TIMEOUT_MS = 20_000;
/** Our own graph takes 100 MB. */
const MEMORY_MB = 384;

const tooCostly = (cause: unknown) =>
  new BlobgraphError(
    'COMPOSITION_FAILED',
    'Composing the graph with this SDL takes more time or memory than it may. Make the SDL smaller, or try again when the machine is less busy.',
    { field: 'subgraph.sdl', cause },
  );

const closed = () => new BlobgraphError('SERVICE_UNAVAILABLE', 'The registry is stopping. Try again later.');

/** Whether a task broke its bounds: its time, its heap, or its stack. */
const brokeBounds = (error: unknown): boolean => {
  const { name, code } = error as { name?: unknown; code?: unknown };
  return name === 'TimeoutError' || name === 'RangeError' || code === 'ERR_WORKER_OUT_OF_MEMORY';
};

/** One thread: two graphs are composed one after the other. A task that breaks its bounds costs the thread alone. */
export function createGraphChecker(timeoutMs = TIMEOUT_MS): GraphChecker {
  const threads = new Threads<Task>({
    source: 'platform/supergraph/checks/checks.worker.ts',
    resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB, maxYoungGenerationSizeMb: 32 },
    // Beside busy processes, a thread that gives way gets so little that a second of work takes longer than it may.
    givesWay: false,
  });
  const inTurn = createOneByOne();
  let isClosed = false;
  const run = async <Of extends Task>(task: Of): Promise<Results[Of['kind']]> => {
    if (isClosed) throw closed();
    try {
      return await threads.run<Results[Of['kind']]>(task, AbortSignal.timeout(timeoutMs));
    } catch (error) {
      if (isClosed) throw closed();
      throw brokeBounds(error) ? tooCostly(error) : error;
    }
  };
  return {
    run: (task) => inTurn(() => run(task)),
    async close() {
      isClosed = true;
      await threads.close();
    },
  };
}
