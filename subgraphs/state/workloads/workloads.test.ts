import { expect, test } from 'vitest';
import { NO_WORK, type Workload, type WorkloadStore } from '../store/scans.ts';
import { createWorkloads } from './workloads.ts';

const waiting = (count: number): Workload => ({ ...NO_WORK, waiting: count });

const storeOf = (workload: Workload): WorkloadStore => ({
  workloads: async (ids) => new Map(ids.map((id) => [id, workload])),
});

/** More than are kept. */
const many = Array.from({ length: 1_200 }, (_, index) => `processor-${index}`);

test('each is told its own work, also where there are more than are kept', async () => {
  const found = await createWorkloads(storeOf(waiting(3))).of([...many, 'processor-0']);
  expect(found).toEqual([...many, 'again'].map(() => waiting(3)));
});

test('where they cannot be read nobody is told that there is no work', async () => {
  const workloads = createWorkloads({ workloads: async () => null });
  await expect(workloads.of(many)).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
  await expect(workloads.of(['processor-0'])).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
});
