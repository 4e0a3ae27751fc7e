import type { IndexDescription } from 'mongodb';
import type { Run } from '../../records.ts';
import { MOST_COUNTED, type Workload, type WorkloadStore } from '../../scans.ts';
import type { StateCollections } from '../documents/collections.mongo.ts';
import { onceBuilt } from './once-built.mongo.ts';

const NAME = 'workload';
/** Marks runs that are held or asked for; none of an artifact has it, and none that has ended. */
const OPEN = { $gt: '' };

/** Small: an entry leaves it when its runs end. */
export const WORKLOAD_INDEXES: readonly IndexDescription[] = [
  {
    name: NAME,
    key: { 'runs.processor_id': 1, 'runs.state': 1, 'runs.updated_at': 1 },
    partialFilterExpression: { 'runs.turn': OPEN },
  },
];

interface Counted {
  readonly runs: number;
  readonly oldest: string;
}

/** Runs of a processor in one state, the oldest first; so many are counted, and one more. */
async function counted(
  { entries }: StateCollections,
  processor_id: string,
  state: Run['state'],
  most: number,
): Promise<Counted | undefined> {
  const run = { processor_id, state, turn: OPEN };
  const rows = entries.aggregate<Counted>(
    [
      { $match: { 'runs.turn': OPEN, runs: { $elemMatch: run } } },
      { $limit: most + 1 },
      { $project: { runs: 1 } },
      { $unwind: '$runs' },
      { $match: { 'runs.processor_id': processor_id, 'runs.state': state, 'runs.turn': OPEN } },
      { $group: { _id: null, runs: { $sum: 1 }, oldest: { $min: '$runs.updated_at' } } },
    ],
    { hint: NAME },
  );
  return (await rows.toArray())[0];
}

async function workloadOf(collections: StateCollections, id: string, most: number): Promise<Workload> {
  const [waiting, inWork] = await Promise.all([
    counted(collections, id, 'PENDING', most),
    counted(collections, id, 'PROCESSING', most),
  ]);
  return {
    waiting: Math.min(waiting?.runs ?? 0, most),
    isExact: (waiting?.runs ?? 0) <= most,
    oldestAt: waiting ? new Date(waiting.oldest) : null,
    inWork: Math.min(inWork?.runs ?? 0, most),
  };
}

const hasWork = ({ waiting, inWork }: Workload): boolean => waiting + inWork > 0;

/**
 * Two statements a processor: an index of several members of the runs is read for one processor at a time.
 * @param most runs that are counted
 */
export const createWorkloadStore = (
  collections: StateCollections,
  most: number = MOST_COUNTED,
): WorkloadStore => ({
  async workloads(processorIds) {
    const reading = processorIds.map(async (id) => [id, await workloadOf(collections, id, most)] as const);
    const found = await onceBuilt(Promise.all(reading), null);
    return found && new Map(found.filter(([, workload]) => hasWork(workload)));
  },
});
