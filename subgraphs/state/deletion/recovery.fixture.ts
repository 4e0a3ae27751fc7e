import type { ErasureClient } from '../../../platform/clients/processor.ts';
import type { ProcessorDocument } from '../../../platform/clients/registry.ts';
import { createLogger } from '../../../platform/telemetry/logger.ts';
import { memoryLog } from '../../../platform/testing/memory-log.ts';
import type { Erasure } from '../store/records.ts';
import type { StateStore } from '../store/store.ts';
import { anySchema } from '../testing/dependencies.fixture.ts';
import type { DeletionSweeperDependencies } from './deletion-sweeper.ts';
import type { ErasureSweeperDependencies } from './erasure-sweeper.ts';

export const PROCESSORS = ['text-expansion', 'book-compiler'];
export const RETIRED_AT = '2026-05-01T00:00:00.000Z';
const known = (retired: readonly string[]) =>
  PROCESSORS.map((id) => {
    const status = retired.includes(id) ? 'retired' : 'active';
    return { id, base_url: `http://${id}`, status, status_since: RETIRED_AT } as ProcessorDocument;
  });

/** A clock that only the test moves. */
export function manualClock() {
  let time = Date.UTC(2026, 5, 1);
  return {
    now: () => new Date(time),
    pass: (ms: number) => {
      time += ms;
    },
  };
}
export type ManualClock = ReturnType<typeof manualClock>;

export class Killed extends Error {}

/** Dies at the call of this number (from 0), of the store or of a processor: that call and all later ones fail. */
export function mortal(dieAt: number) {
  let calls = 0;
  const wrap = <T extends object>(target: T): T =>
    new Proxy(target, {
      get(of, name) {
        const member: unknown = Reflect.get(of, name);
        if (typeof member !== 'function') return member;
        return async (...given: unknown[]) => {
          calls += 1;
          if (calls > dieAt) throw new Killed();
          return member.apply(of, given);
        };
      },
    });
  return { wrap, died: () => calls > dieAt };
}

/** The processors' stores, as sets of ids by user. */
export function keepers() {
  const kept = new Map<string, Set<string>>();
  const stale = new Set<string>();
  const of = (userId: string) => kept.get(userId) ?? new Set<string>();
  const client: ErasureClient = {
    async erase(_target, userId, ids) {
      for (const id of ids) of(userId).delete(id);
    },
    async markStale(_target, _userId, ids) {
      for (const id of ids) stale.add(id);
    },
    async eraseUser(_target, userId) {
      const [first] = of(userId);
      if (first !== undefined) of(userId).delete(first);
      return of(userId).size > 0;
    },
  };
  return { client, stale, of, put: (userId: string, ...ids: string[]) => kept.set(userId, new Set(ids)) };
}

/** An erasure at its beginning. */
export const erasureOf = (userId: string, startedAt: Date): Erasure => ({
  userId,
  requestedBy: 'olga',
  startedAt,
  finishedAt: null,
  stores: [],
  goneStores: [],
  obstacle: null,
});

/** `on`: its events are as if published, though nobody does. */
export const depsOf = (
  on: StateStore,
  clock: ManualClock,
  erasure: ErasureClient,
  retired: readonly string[] = [],
): DeletionSweeperDependencies & ErasureSweeperDependencies => ({
  store: Object.create(on, { hasUnpublishedDeletions: { value: async () => false } }),
  maxWaiting: Number.POSITIVE_INFINITY,
  clock,
  schemas: { validator: anySchema },
  erasure,
  eventLog: memoryLog(),
  logger: createLogger('silent'),
  nudge: () => undefined,
  nudgeDeletion: () => undefined,
  processors: {
    all: async () => known(retired),
    get: async (id) => known(retired).find((processor) => processor.id === id),
  },
});
