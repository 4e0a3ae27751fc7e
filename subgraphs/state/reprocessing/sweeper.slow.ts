import { describe, expect, it, onTestFinished } from 'vitest';
import type { CanaryDocument } from '../../../platform/clients/canary.ts';
import type { ProcessorDocument } from '../../../platform/clients/registry.ts';
import { BlobgraphError, InputErrors } from '../../../platform/errors/errors.ts';
import { derivedBlobId, randomIds } from '../../../platform/ids/ids.ts';
import { changeEntry } from '../entries/changes.ts';
import { applyReport, blobRun } from '../entries/runs.ts';
import { entriesWith, ID, left, mortal, read, type SetUp, setUpOn } from '../lifecycle/walks.fixture.ts';
import { createPostgresStateStore } from '../store/postgres/store.postgres.ts';
import type { IndexEntry, Run } from '../store/records.ts';
import type { StateStore } from '../store/store.ts';
import { at, entry } from '../testing/records.fixture.ts';
import { parseReprocessing } from './input.ts';
import { beginReprocessing, cancelReprocessing, readReprocessing, walkKeyOf } from './reprocessing.ts';
import { createReprocessingSweeper } from './sweeper.ts';

const PATIENCE = { timeout: 30_000 };
const setUp = () => setUpOn(createPostgresStateStore);

function on(system: SetUp) {
  const deps = {
    ...{ store: system.store, clock: system.clock, ids: randomIds, nudgeReprocessing: () => undefined },
    processors: { get: async () => system.shared.processor },
  };
  const begin = async (given: object = {}, by = 'olga') =>
    beginReprocessing(
      ...([deps, by, parseReprocessing({ processorId: ID, allUsers: true, ...given })] as const),
    );
  const refusal = (given: object, by?: string) =>
    begin(given, by).then(
      () => 'begun',
      (error: unknown) => {
        if (error instanceof InputErrors) return error.errors.map(({ code, field }) => `${code} ${field}`)[0];
        return error instanceof BlobgraphError ? `${error.code} ${error.field}` : String(error);
      },
    );
  const state = (userId: string | null = null) => readReprocessing(deps, ID, userId);
  const cancel = (userId: string | null = null) => cancelReprocessing(deps, ID, userId);
  return { begin, refusal, state, cancel };
}

function sweep(system: SetUp, store: StateStore = system.store) {
  const sweeper = createReprocessingSweeper(system.depsOn(store));
  sweeper.start();
  onTestFinished(() => sweeper.stop());
  sweeper.nudge(walkKeyOf(ID, null));
  return sweeper;
}

const runs = (all: readonly IndexEntry[]) => all.map(({ runs }) => blobRun(runs, ID));
const generations = async (system: SetUp, entries: readonly IndexEntry[]) =>
  runs(await read(system.store, entries)).map((run) => run?.generation);

/** Ends what is asked for. @returns how many runs there were */
async function work(system: SetUp, entries: readonly IndexEntry[], state: Run['state'] = 'COMPLETED') {
  const asked = (await read(system.store, entries)).filter(
    ({ runs }) => blobRun(runs, ID)?.state === 'PENDING' && (blobRun(runs, ID)?.generation ?? 0) > 0,
  );
  for (const { userId, id, runs } of asked) {
    const run = blobRun(runs, ID);
    if (!run) continue;
    const report = { blob_id: id, processor_id: ID, state, attempt: run.attempt, generation: run.generation };
    await changeEntry(system.depsOn(system.store), userId, id, (found) => {
      const changed = applyReport(found.runs, report, system.clock.now());
      return changed && { runs: changed.runs, events: [{ kind: 'completed', run: changed.run }] };
    });
  }
  return asked.length;
}

/** Works until it has ended, while time goes by. @returns the most runs that were asked for at once */
async function workOn(system: SetUp, entries: readonly IndexEntry[], state?: Run['state']): Promise<number> {
  let most = 0;
  await expect
    .poll(async () => {
      most = Math.max(most, await work(system, entries, state));
      system.shared.time += 10_000;
      return (await on(system).state())?.finishedAt ?? null;
    }, PATIENCE)
    .not.toBeNull();
  return most;
}

const many = (count: number, over: Partial<Run> = {}) =>
  Array.from({ length: count }, () => [left('COMPLETED', over)]);

describe('blobs are made anew', () => {
  it('each once, a few at a time, with progress; what is in work, cancelled or untouched is left out', async () => {
    const system = await setUp();
    const cancelled = { error: { code: 'CANCELLED', message: 'No.' } };
    const entries = await entriesWith(system.store, [
      ...many(20),
      ...[[left('FAILED')], [left('FAILED', cancelled)], [left('PROCESSING')], []],
    ]);
    const { begin, state } = on(system);
    expect(await begin()).toMatchObject({ details: { total: null }, planned: 0 });
    sweep(system);
    await expect.poll(async () => (await state())?.details.total, PATIENCE).toBe(21);
    expect(await workOn(system, entries)).toBeLessThanOrEqual(4);
    expect(await state()).toMatchObject({ planned: 21, finishedRuns: 21, batch: [], obstacle: null });
    expect(await generations(system, entries)).toEqual([...Array(21).fill(1), 0, 0, undefined]);
  });

  it('each once, wherever a process was killed', async () => {
    const system = await setUp();
    for (let after = 0, died = true; died; after += 1) {
      const entries = await entriesWith(system.store, many(9));
      const { begin, state } = on(system);
      await begin({ filter: { createdAfter: at(0) } });
      const life = mortal(system.store, after);
      const first = sweep(system, life.store);
      await expect
        .poll(async () => {
          if (!life.died()) await work(system, entries);
          system.shared.time += 10_000;
          return life.died() || ((await state())?.finishedAt ?? null) !== null;
        }, PATIENCE)
        .toBe(true);
      died = life.died();
      await first.stop();
      // Some may have been made before another process goes on.
      await work(system, entries);
      const second = sweep(system);
      await workOn(system, entries);
      await second.stop();
      expect(await generations(system, entries)).toEqual(Array(9).fill(1));
      // Those are out of the way of the next round.
      for (const { userId, id } of entries)
        await changeEntry(system.depsOn(system.store), userId, id, () => ({
          runs: [],
          events: [{ kind: 'processing' }],
        }));
    }
  });

  it('no faster than they are asked to be, also after a restart, and not before live work', async () => {
    const system = await setUp();
    const entries = await entriesWith(system.store, many(3));
    await on(system).begin({ runsPerMinute: 1 });
    system.shared.live = 1;
    const first = sweep(system);
    await expect.poll(async () => (await on(system).state())?.obstacle, PATIENCE).toContain('live work');
    expect(await work(system, entries)).toBe(0);
    system.shared.live = 0;
    await expect.poll(() => work(system, entries), PATIENCE).toBe(1);
    await expect.poll(async () => (await on(system).state())?.finishedRuns, PATIENCE).toBe(1);
    await first.stop();
    system.shared.time += 35_000;
    sweep(system);
    await expect.poll(async () => (await on(system).state())?.lease, PATIENCE).toBeGreaterThan(2);
    expect(await work(system, entries)).toBe(0);
    system.shared.time += 35_000;
    await expect.poll(() => work(system, entries), PATIENCE).toBe(1);
  });

  it('by the version that is named: the candidate, or the present one', async () => {
    const system = await setUp();
    const entries = await entriesWith(system.store, many(3));
    const canary = {
      version: '2',
      share: 0,
      user_ids: [] as string[],
      takes: {},
      takes_versions: { 'text-input-v1': '<3.0.0' },
    } as unknown as CanaryDocument;
    system.shared.processor = { ...system.shared.processor, canary } as ProcessorDocument;
    await on(system).begin({ version: '2' });
    sweep(system);
    await expect.poll(async () => (await on(system).state())?.details.total, PATIENCE).toBe(3);
    await expect
      .poll(async () => runs(await read(system.store, entries)).map((run) => run?.version), PATIENCE)
      .toEqual(['2', '2', '2']);
  });

  it('by a version that takes theirs of their schema: others are left out', async () => {
    const system = await setUp();
    const { store } = system;
    for (const schemaVersion of ['1.0.0', '2.0.0', '2.1.0'])
      await store.insertEntry(entry('alice', 10, { runs: [left('COMPLETED')], schemaVersion }), []);
    const ranges = (range: string) => ({ takes_versions: { 'text-input-v1': range } });
    const canary = { version: '2', share: 0, user_ids: [], takes: {}, ...ranges('<2.1.0') };
    const { processor } = system.shared;
    system.shared.processor = { ...processor, ...ranges('^1.0.0'), canary } as unknown as ProcessorDocument;
    system.shared.live = 1;
    for (const [version, total] of [
      [null, 1],
      ['2', 2],
    ] as const) {
      const { begin, state, cancel } = on(system);
      await begin({ version });
      const sweeper = sweep(system);
      await expect.poll(async () => (await state())?.details.total ?? null, PATIENCE).toBe(total);
      await cancel();
      await sweeper.stop();
    }
  });

  it('with those that fail counted', async () => {
    const system = await setUp();
    const entries = await entriesWith(system.store, many(5));
    await on(system).begin();
    sweep(system);
    await workOn(system, entries, 'FAILED');
    expect(await on(system).state()).toMatchObject({ finishedRuns: 5, details: { failedRuns: 5 } });
  });
});

describe('a filter', () => {
  it('leaves out what does not fit', async () => {
    const system = await setUp();
    const { store } = system;
    const add = async (over: Partial<IndexEntry>, run = left('COMPLETED')) => {
      const one = entry('alice', 10, { runs: [run], ...over });
      await store.insertEntry(one, []);
      return one.id;
    };
    const plain = await add({});
    const failed = await add({}, left('FAILED'));
    const early = await add({ createdAt: at(1) });
    const book = await add({ bookId: 'b' });
    const typed = await add({ type: 'note' });
    const made = await add({});
    const result = derivedBlobId(made, ID, '7');
    const derived = { id: result, processorId: ID, sourceIds: [made], contentHash: 'a', schemaId: 'x-v1' };
    await store.insertEntry(entry('alice', 11, derived), []);
    const all = [plain, failed, early, book, typed, made];
    const matching = async (filter: object) => {
      const { begin, state, cancel } = on(system);
      await begin({ filter });
      const sweeper = sweep(system);
      system.shared.live = 1;
      await expect.poll(async () => (await state())?.details.total ?? null, PATIENCE).not.toBeNull();
      await cancel();
      await sweeper.stop();
      return (await state())?.details.total;
    };
    expect(await matching({})).toBe(all.length);
    expect(await matching({ failedOnly: true })).toBe(1);
    expect(await matching({ createdBefore: at(5) })).toBe(1);
    expect(await matching({ createdAfter: at(5) })).toBe(5);
    expect(await matching({ bookId: 'b' })).toBe(1);
    expect(await matching({ type: 'note' })).toBe(1);
    expect(await matching({ madeByVersion: '7' })).toBe(1);
    expect(await matching({ madeByVersion: '8' })).toBe(0);
    expect(await matching({ schemaId: 'text-input-v1', bookId: 'b', failedOnly: true })).toBe(0);
  });

  it('of an owner reaches nobody else’s blobs', async () => {
    const system = await setUp();
    const entries = await entriesWith(system.store, many(9));
    const [mine] = entries;
    const userId = mine?.userId ?? '';
    await on(system).begin({ allUsers: false }, userId);
    const sweeper = sweep(system);
    sweeper.nudge(walkKeyOf(ID, userId));
    await expect
      .poll(async () => {
        await work(system, entries);
        system.shared.time += 10_000;
        return (await on(system).state(userId))?.finishedAt ?? null;
      }, PATIENCE)
      .not.toBeNull();
    expect(await generations(system, entries)).toEqual(entries.map((one) => (one.userId === userId ? 1 : 0)));
    expect(await on(system).state()).toBeNull();
    await system.store.reprocessings.forgetWalks(userId);
    expect(await on(system).state(userId)).toBeNull();
  });
});

describe('asking for it', () => {
  it('again by the same key is the same, also when it has ended; another has to wait', async () => {
    const system = await setUp();
    const { begin, refusal, cancel } = on(system);
    const first = await begin({ idempotencyKey: 'k' });
    expect((await begin({ idempotencyKey: 'k' })).details.id).toBe(first.details.id);
    expect(await refusal({ idempotencyKey: 'k', runsPerMinute: 7 })).toBe(
      'IDEMPOTENCY_CONFLICT idempotencyKey',
    );
    expect(await refusal({})).toBe('RUN_UNDER_WAY processorId');
    expect(await cancel()).toMatchObject({ details: { cancelled: true }, finishedAt: expect.any(Date) });
    const ended = await cancel();
    expect((await begin({ idempotencyKey: 'k' })).finishedAt).toEqual(ended.finishedAt);
    expect((await begin({ idempotencyKey: 'other' })).finishedAt).toBeNull();
  });

  it('twice at once begins one', async () => {
    const system = await setUp();
    const { begin, refusal } = on(system);
    const [one, other] = await Promise.all([begin({ idempotencyKey: 'k' }), begin({ idempotencyKey: 'k' })]);
    expect(one.details.id).toBe(other.details.id);
    const second = await setUp();
    const both = await Promise.all([on(second).refusal({}), on(second).refusal({})]);
    expect(both.sort()).toEqual(['RUN_UNDER_WAY processorId', 'begun']);
    expect(await refusal({ idempotencyKey: '' })).toBe('VALIDATION_FAILED idempotencyKey');
  });

  it.each([
    [{ runsPerMinute: 0 }, 'VALIDATION_FAILED runsPerMinute'],
    [{ runsPerMinute: 1e9 }, 'VALIDATION_FAILED runsPerMinute'],
    [{ version: '9' }, 'VALIDATION_FAILED version'],
    [{ processorId: '' }, 'VALIDATION_FAILED processorId'],
    [{ filter: { type: 'a\nb' } }, 'VALIDATION_FAILED filter.type'],
  ])('is refused by its field: %j', async (given, expected) => {
    expect(await on(await setUp()).refusal(given)).toBe(expected);
  });

  it('of a processor that is not there, is retired or works on demand is refused', async () => {
    const system = await setUp();
    const { refusal } = on(system);
    const { processor } = system.shared;
    if (!processor) throw new Error('No processor');
    system.shared.processor = { ...processor, takes: {} };
    expect(await refusal({})).toBe('VALIDATION_FAILED processorId');
    system.shared.processor = { ...processor, status: 'retired' };
    expect(await refusal({})).toBe('PROCESSOR_RETIRED processorId');
    system.shared.processor = undefined;
    expect(await refusal({})).toBe('PROCESSOR_UNKNOWN processorId');
  });

  it('and cancelling it ends it, whoever has it in hand', async () => {
    const system = await setUp();
    const entries = await entriesWith(system.store, many(9));
    const { begin, cancel, state } = on(system);
    await begin();
    sweep(system);
    await expect.poll(async () => (await state())?.planned, PATIENCE).toBe(4);
    await cancel();
    await work(system, entries);
    const before = await state();
    system.shared.time += 100_000;
    sweep(system);
    await expect(system.store.reprocessings.dueWalks(system.clock.now(), 10)).resolves.toEqual([]);
    expect(await state()).toEqual(before);
    expect((await generations(system, entries)).filter((one) => one === 1)).toHaveLength(4);
  });
});
