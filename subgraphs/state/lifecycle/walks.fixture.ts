import { onTestFinished } from 'vitest';
import type { ProcessorCatalog, ProcessorDocument } from '../../../platform/clients/registry.ts';
import type { SqlDatabase } from '../../../platform/sql/database.ts';
import { createLogger } from '../../../platform/telemetry/logger.ts';
import { openTemporaryPglite } from '../../../platform/testing/pglite.ts';
import { changeEntry } from '../entries/changes.ts';
import { applyReport, blobRun, isOwed } from '../entries/runs.ts';
import type { IndexEntry, Run } from '../store/records.ts';
import { runFrom } from '../store/records.ts';
import type { StateStore } from '../store/store.ts';
import { at, entry, newUser } from '../testing/records.fixture.ts';
import { processorDocument } from '../testing/registry.fixture.ts';
import type { HandOutSweeperDependencies } from './hand-out.ts';
import type { RetirementDependencies } from './retirement.ts';

export const ID = 'walked';
/** Runs that are asked for at once. */
export const SIZE = 4;

const logger = createLogger('silent');

/** A run of the processor as it was left before all that a test does. */
export const left = (state: Run['state'], over: Partial<Run> = {}): Run =>
  runFrom({
    ...{ processorId: ID, state, attempt: 1, progress: null, error: null },
    ...{ updatedAt: at(0).toISOString(), ...over },
  });

type WalkerDependencies = HandOutSweeperDependencies &
  RetirementDependencies & {
    readonly store: StateStore;
    readonly processors: Pick<ProcessorCatalog, 'known' | 'get'>;
  };

/** A store, a processor, and a clock that only the test moves. */
export async function setUpOn(create: (database: SqlDatabase) => StateStore) {
  const server = await openTemporaryPglite();
  const store = create(await server.database('state'));
  await store.prepare();
  onTestFinished(() => server.close());
  const takes = { 'blob.created': ['text-input-v1'] };
  const shared = {
    time: at(10_000).getTime(),
    /** Messages that wait for the processor. */
    live: 0,
    processor: processorDocument(ID, { takes, max_concurrency: SIZE }) as ProcessorDocument | undefined,
  };
  const clock = { now: () => new Date(shared.time) };
  const known = async () => (shared.processor ? [shared.processor] : []);
  const depsOn = (on: StateStore): WalkerDependencies => ({
    store: on,
    clock,
    logger,
    nudge: () => undefined,
    processors: { known, get: async () => shared.processor },
    eventLog: { waiting: async (durable) => (durable === ID ? shared.live : 0) },
    everyMs: 5,
    pageSize: 7,
  });
  return { store, shared, clock, depsOn };
}
export type SetUp = Awaited<ReturnType<typeof setUpOn>>;

/** Entries of three users with these runs. */
export async function entriesWith(store: StateStore, runs: readonly Run[][]): Promise<IndexEntry[]> {
  const users = [newUser(), newUser(), newUser()];
  const made = runs.map((each, n) => entry(users[n % users.length] ?? '', n, { runs: each }));
  for (const one of made) await store.insertEntry(one, []);
  return made;
}

export const read = async (store: StateStore, entries: readonly IndexEntry[]) =>
  (await Promise.all(entries.map(({ userId, id }) => store.entries(userId, [id])))).flat();

/** Of each entry the processor's run, e.g. `PENDING 2`: state and attempt. */
export const runsOf = async (store: StateStore, entries: readonly IndexEntry[]): Promise<string[]> =>
  (await read(store, entries)).map(({ runs }) => {
    const run = blobRun(runs, ID);
    return run ? `${run.state} ${run.attempt}` : 'none';
  });

/** Does the runs that are asked for, as the processor would; answers how many there were. */
export async function work({ store, clock, depsOn }: SetUp, entries: readonly IndexEntry[]): Promise<number> {
  const asked = (await read(store, entries)).filter(({ runs }) =>
    runs.some((run) => run.processorId === ID && isOwed(run) && run.attempt > 1),
  );
  for (const { userId, id } of asked) {
    const report = { blob_id: id, processor_id: ID, state: 'COMPLETED', attempt: 2 } as const;
    await changeEntry(depsOn(store), userId, id, ({ runs }) => {
      const changed = applyReport(runs, report, clock.now());
      return changed && { runs: changed.runs, events: [{ kind: 'completed', run: changed.run }] };
    });
  }
  return asked.length;
}

/** A store whose process dies with the `after`-th change of an entry. */
export function mortal(store: StateStore, after: number): { store: StateStore; died: () => boolean } {
  let changes = 0;
  let isDead = false;
  const wrap = <T extends object>(target: T): T =>
    new Proxy(target, {
      get(of, name) {
        const value: unknown = Reflect.get(of, name);
        if (typeof value === 'object' && value !== null) return wrap(value);
        if (typeof value !== 'function') return value;
        return async (...args: unknown[]) => {
          if (changes >= after) {
            isDead = true;
            throw new Error('The process is dead');
          }
          if (name === 'updateEntry') changes += 1;
          return value.apply(of, args);
        };
      },
    });
  return { store: wrap(store), died: () => isDead };
}
