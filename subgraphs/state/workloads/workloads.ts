import { LRUCache } from 'lru-cache';
import { BlobgraphError } from '../../../platform/errors/errors.ts';
import { NO_WORK, type Workload, type WorkloadStore } from '../store/scans.ts';

/** The work of processors, up to a second old: nobody has it counted more often. */
export interface Workloads {
  /** In the order of `processorIds`. @throws BlobgraphError SERVICE_UNAVAILABLE until the index that counts is built */
  of(processorIds: readonly string[]): Promise<Workload[]>;
}

const SHARED_FOR_MS = 1_000;
/** Processors whose counts are kept. */
const MAX_KEPT = 1_000;

const notCounted = () =>
  new BlobgraphError(
    'SERVICE_UNAVAILABLE',
    'Runs are not counted yet: the index that this needs is being built. Try again later.',
  );

/** The work of one processor, out of a read of all that were asked for. */
async function readOne(reading: ReturnType<WorkloadStore['workloads']>, id: string): Promise<Workload> {
  const found = await reading;
  if (!found) throw notCounted();
  return found.get(id) ?? NO_WORK;
}

export function createWorkloads(store: WorkloadStore): Workloads {
  const kept = new LRUCache<string, Promise<Workload>>({
    max: MAX_KEPT,
    ttl: SHARED_FOR_MS,
    ttlResolution: 0,
  });
  return {
    of(processorIds) {
      // Looked at once: what is kept may be let go at any time.
      const found = new Map(processorIds.map((id) => [id, kept.get(id)]));
      const missing = [...found].flatMap(([id, known]) => (known ? [] : [id]));
      if (missing.length > 0) {
        const reading = store.workloads(missing);
        for (const id of missing) {
          const one = readOne(reading, id);
          found.set(id, one);
          kept.set(id, one);
        }
      }
      return Promise.all(processorIds.map((id) => found.get(id) ?? NO_WORK));
    },
  };
}

/** For how many seconds the oldest run has waited; null while none waits. */
export const oldestSeconds = ({ oldestAt }: Workload, now: Date): number | null =>
  oldestAt && Math.max(0, Math.floor((now.getTime() - oldestAt.getTime()) / 1_000));
