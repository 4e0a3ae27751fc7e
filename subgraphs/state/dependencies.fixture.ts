import { createProcessorCatalog, type ProcessorDocument } from '../../platform/clients/registry.ts';
import { type Clock, systemClock } from '../../platform/clock.ts';
import { randomIds } from '../../platform/ids.ts';
import { createLogger } from '../../platform/logger.ts';
import { memoryLog } from '../../platform/testing/memory-log.ts';
import type { StateDependencies } from './dependencies.ts';
import type { StateStore } from './store/store.ts';

/** A schema that every document fits. */
export const anySchema = async (id: string, version = '1.0.0') => ({
  id,
  version,
  blobType: id.replace(/-v\d+$/, '').replaceAll('-', '_'),
  keptBy: null,
  validate: () => [],
});

/** Use cases' dependencies, without a network: every schema is known, and nothing is published. */
export const dependenciesOf = (
  store: StateStore,
  processors: readonly ProcessorDocument[],
  clock: Clock = systemClock,
): StateDependencies => ({
  store,
  schemas: { validator: anySchema, validatorOfNew: anySchema },
  processors: createProcessorCatalog({
    registry: { list: async () => [...processors] },
    clock,
    logger: createLogger('silent'),
  }),
  eventLog: memoryLog(),
  nudge: () => undefined,
  nudgeDeletion: () => undefined,
  nudgeErasure: () => undefined,
  nudgeBackfill: () => undefined,
  nudgeHandOut: () => undefined,
  intake: { assertOpen: () => undefined },
  clock,
  ids: randomIds,
});
