import { createProcessorCatalog, type ProcessorDocument } from '../../../platform/clients/registry.ts';
import { randomIds } from '../../../platform/ids/ids.ts';
import { createLogger } from '../../../platform/telemetry/logger.ts';
import { memoryLog } from '../../../platform/testing/memory-log.ts';
import { type Clock, systemClock } from '../../../platform/time/clock.ts';
import { createGroupCommit } from '../blobs/create/group-commit.ts';
import type { StateStore } from '../store/store.ts';
import type { StateDependencies } from '../subgraph.ts';
import { createTurns } from '../turns/turns.ts';
import { createWorkloads } from '../workloads/workloads.ts';

/** A schema that accepts every document. */
export const anySchema = async (id: string, version = '1.0.0') => ({
  id,
  version,
  blobType: id.replace(/-v\d+$/, '').replaceAll('-', '_'),
  keptBy: null,
  definition: {},
  changes: [],
  validate: () => [],
});

/** The dependencies of use cases without a network: every schema is known, and nothing is published. */
export const dependenciesOf = (
  store: StateStore,
  processors: readonly ProcessorDocument[],
  clock: Clock = systemClock,
): StateDependencies => ({
  store,
  commit: createGroupCommit(store, () => undefined),
  turns: createTurns({ store, clock, limit: 0 }),
  workloads: createWorkloads(store),
  schemas: {
    validator: anySchema,
    validatorOfNew: anySchema,
    upcast: async ({ data }) => data,
    readableAs: async ({ schemaVersion }) => schemaVersion,
  },
  processors: createProcessorCatalog({
    registry: { list: async () => [...processors] },
    clock,
    logger: createLogger('silent'),
  }),
  eventLog: memoryLog(),
  nudge: () => undefined,
  nudgeBook: () => undefined,
  nudgeDeletion: () => undefined,
  nudgeErasure: () => undefined,
  nudgeBackfill: () => undefined,
  nudgeHandOut: () => undefined,
  nudgeReprocessing: () => undefined,
  nudgeStoredCheck: () => undefined,
  owners: { blobs: async () => [] },
  intake: { assertOpen: () => undefined, take: (count) => count },
  logger: createLogger('silent'),
  clock,
  ids: randomIds,
});
