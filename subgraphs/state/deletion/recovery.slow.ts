import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ErasureClient } from '../../../platform/clients/processor.ts';
import { EventLogUnavailable } from '../../../platform/event-log/errors.ts';
import type { OutgoingMessage } from '../../../platform/event-log/message.ts';
import { userEventIn } from '../../../platform/events/user-events.ts';
import type { SqlServer } from '../../../platform/sql/database.ts';
import { memoryLog } from '../../../platform/testing/memory-log.ts';
import { openTemporaryPglite } from '../../../platform/testing/pglite.ts';
import { entryOfUserBlob, eventOf } from '../entries/entry.ts';
import { createPostgresStateStore } from '../store/postgres/store.postgres.ts';
import type { IndexEntry, UserBlobRecord } from '../store/records.ts';
import type { StateStore } from '../store/store.ts';
import { entry, book as newBook, newId, newUser, outboxOf, userBlob } from '../testing/records.fixture.ts';
import { deleteBlob } from './deletion.ts';
import { finishDeletion } from './deletion-sweeper.ts';
import { eraseUser } from './erasure-sweeper.ts';
import {
  depsOf,
  erasureOf,
  Killed,
  keepers,
  type ManualClock,
  manualClock,
  mortal,
  PROCESSORS,
} from './recovery.fixture.ts';

let server: SqlServer;
let store: StateStore;

beforeAll(async () => {
  server = await openTemporaryPglite();
  store = createPostgresStateStore(await server.database('state'));
  await store.prepare();
});
afterAll(() => server?.close());

async function storeDraft(userId: string): Promise<IndexEntry> {
  const blob = userBlob(userId, { expectedProcessorIds: [] });
  await store.insertUserBlob(blob);
  return (await store.insertEntry(entryOfUserBlob(blob), [])).stored as IndexEntry;
}
async function storeDerived(userId: string, processorId: string, ...sources: IndexEntry[]) {
  const made = entry(userId, 5, { processorId, sourceIds: sources.map(({ id }) => id) });
  await store.insertEntry(made, [eventOf(made, 'indexed', made.createdAt)]);
  return made;
}

/** Two drafts, their expansions, and a book of both. */
async function novel() {
  const userId = newUser();
  const [first, second] = [await storeDraft(userId), await storeDraft(userId)];
  const one = await storeDerived(userId, 'text-expansion', first);
  const two = await storeDerived(userId, 'text-expansion', second);
  const book = await storeDerived(userId, 'book-compiler', one, two);
  return { userId, first, second, one, two, book };
}

const idsOf = (...blobs: readonly { id: string }[]) => blobs.map(({ id }) => id).toSorted();
const indexed = async (userId: string) =>
  idsOf(...(await store.page(userId, {}, { limit: 100, direction: 'ASC' })).entries);
const own = async (userId: string) => idsOf(...(await store.ownBlobs(userId, 100)));

/** The sweep of another process, once the time has come. */
async function recover(clock: ManualClock, erasure: ErasureClient): Promise<void> {
  for (;;) {
    clock.pass(120_000);
    const due = await store.dueDeletions(clock.now(), 100);
    if (due.length === 0) return;
    for (const id of due) await finishDeletion(depsOf(store, clock, erasure), id);
  }
}

const lastKind = async (id: string) => (await outboxOf(store, id)).entry?.events.at(-1)?.kind;

describe('a deletion', () => {
  it.each([false, true])('is finished wherever its process died, cascading: %s', async (cascade) => {
    for (let dieAt = 0, died = true; died; dieAt += 1) {
      const { userId, first, second, one, two, book } = await novel();
      const clock = manualClock();
      const keeping = keepers();
      keeping.put(userId, one.id, two.id, book.id);
      const life = mortal(dieAt);
      const deps = depsOf(life.wrap(store), clock, life.wrap(keeping.client));
      try {
        const { deletedIds } = await deleteBlob(deps, userId, first.id, cascade);
        for (const id of deletedIds) await finishDeletion(deps, id);
      } catch (error) {
        expect(error).toBeInstanceOf(Killed);
      }
      died = life.died();
      const tombstone = await store.tombstone(first.id);
      await recover(clock, keeping.client);
      if (tombstone === null) {
        // It never began: nothing of it may show.
        expect(await indexed(userId)).toEqual(idsOf(first, second, one, two, book));
        expect(await own(userId)).toEqual(idsOf(first, second));
        continue;
      }
      const gone = [first, one, ...(cascade ? [book] : [])];
      expect(await indexed(userId)).toEqual(idsOf(second, two, ...(cascade ? [] : [book])));
      expect(await own(userId)).toEqual([second.id]);
      expect([...keeping.of(userId)].toSorted()).toEqual(idsOf(two, ...(cascade ? [] : [book])));
      expect(keeping.stale.has(book.id)).toBe(!cascade);
      for (const { id } of gone) {
        expect(await store.tombstone(id)).toMatchObject({ dueAt: null });
        expect(await lastKind(id)).toBe('deleted');
      }
    }
  });

  it('takes up what was entered while it was under way', async () => {
    const { userId, first, one, book } = await novel();
    const clock = manualClock();
    const keeping = keepers();
    await deleteBlob(depsOf(store, clock, keeping.client), userId, one.id, false);
    await recover(clock, keeping.client);
    // Its registration was let in before; the relay finds that a source has gone.
    const late = await storeDerived(userId, 'book-compiler', one);
    keeping.put(userId, late.id, book.id);
    await store.openDeletions(new Map([[userId, late.sourceIds]]), clock.now());
    await recover(clock, keeping.client);
    expect(await indexed(userId)).not.toContain(late.id);
    expect(await indexed(userId)).toContain(first.id);
    expect([...keeping.of(userId)]).toEqual([book.id]);
  });

  it('of a blob whose writer died before entering it leaves nothing either', async () => {
    const blob = userBlob(newUser());
    await store.insertUserBlob(blob);
    const clock = manualClock();
    const deps = depsOf(store, clock, keepers().client);
    expect(await deleteBlob(deps, blob.userId, blob.id, false)).toEqual({
      deletedIds: [blob.id],
      staleIds: [],
    });
    expect(await own(blob.userId)).toEqual([]);
    expect((await store.insertEntry(entryOfUserBlob(blob), [])).stored).toBeNull();
  });
});

describe('an erasure', () => {
  const begin = (userId: string, clock: ManualClock) =>
    store.beginErasure(erasureOf(userId, clock.now()), clock.now());
  const never = new AbortController().signal;

  it('is finished wherever its process died, and leaves nothing', async () => {
    for (let dieAt = 0, died = true; died; dieAt += 1) {
      const { userId, one, two, book } = await novel();
      const unindexed: UserBlobRecord = userBlob(userId);
      await store.insertUserBlob(unindexed);
      await store.putBook(newBook(userId), []);
      const clock = manualClock();
      const keeping = keepers();
      keeping.put(userId, one.id, two.id, book.id, newId('refused'));
      await begin(userId, clock);
      clock.pass(20_000);
      const life = mortal(dieAt);
      await eraseUser(depsOf(life.wrap(store), clock, life.wrap(keeping.client)), userId, never).catch(
        (error: unknown) => expect(error).toBeInstanceOf(Killed),
      );
      died = life.died();
      clock.pass(120_000);
      // A processor's death is told of as one that does not answer.
      for (let turn = 0; (await store.dueErasures(clock.now(), 1_000)).includes(userId); turn += 1) {
        expect(turn).toBeLessThan(3);
        await eraseUser(depsOf(store, clock, keeping.client), userId, never);
      }
      const erasure = await store.erasure(userId);
      expect(erasure).toMatchObject({ finishedAt: expect.any(Date), obstacle: null });
      expect(erasure?.stores.map(({ processorId }) => processorId).toSorted()).toEqual(
        ['state', ...PROCESSORS].toSorted(),
      );
      expect(await indexed(userId)).toEqual([]);
      expect(await own(userId)).toEqual([]);
      expect(await store.bookRecords(userId, ['one'])).toEqual([]);
      expect(keeping.of(userId).size).toBe(0);
      expect(await store.deletedByProcessor(userId, new Date(0))).toEqual([
        { processorId: 'book-compiler', count: 1 },
        { processorId: 'state', count: 3 },
        { processorId: 'text-expansion', count: 2 },
      ]);
    }
  });

  it('looks again when all that was under way as it began has ended', async () => {
    const { userId } = await novel();
    const clock = manualClock();
    const deps = depsOf(store, clock, keepers().client);
    await begin(userId, clock);
    await eraseUser(deps, userId, never);
    expect(await indexed(userId)).toEqual([]);
    expect(await store.erasure(userId)).toMatchObject({ finishedAt: null });
    await storeDraft(userId);
    clock.pass(9_999);
    expect(await store.dueErasures(clock.now(), 1_000)).not.toContain(userId);
    clock.pass(1);
    expect(await store.dueErasures(clock.now(), 1_000)).toContain(userId);
    await eraseUser(deps, userId, never);
    expect(await indexed(userId)).toEqual([]);
    expect(await store.erasure(userId)).toMatchObject({ finishedAt: clock.now() });
  });

  it('waits for a processor that is away, says so, and does all else', async () => {
    const { userId, one } = await novel();
    const clock = manualClock();
    const keeping = keepers();
    keeping.put(userId, one.id);
    await begin(userId, clock);
    clock.pass(20_000);
    const away: ErasureClient = {
      ...keeping.client,
      eraseUser: async (target, user) => {
        if (typeof target === 'object' && target.baseUrl.endsWith('text-expansion')) throw new Error('away');
        return keeping.client.eraseUser('state', `${user} elsewhere`);
      },
    };
    await eraseUser(depsOf(store, clock, away), userId, never);
    const waiting = await store.erasure(userId);
    expect(waiting).toMatchObject({ finishedAt: null, obstacle: 'No answer from text-expansion.' });
    expect(waiting?.stores.map(({ processorId }) => processorId)).toEqual(['state', 'book-compiler']);
    expect(await indexed(userId)).toEqual([]);
    await eraseUser(depsOf(store, clock, keeping.client), userId, never);
    expect(await store.erasure(userId)).toMatchObject({ finishedAt: clock.now(), obstacle: null });
    expect(keeping.of(userId).size).toBe(0);
  });

  it('waits for a processor that kept some of it, though the registry knows nobody', async () => {
    const { userId, one, two } = await novel();
    const clock = manualClock();
    const keeping = keepers();
    keeping.put(userId, one.id, two.id);
    await begin(userId, clock);
    clock.pass(20_000);
    const deps = depsOf(store, clock, keeping.client);
    const forgotten = { ...deps, processors: { ...deps.processors, all: async () => [] } };
    await eraseUser(forgotten, userId, never);
    const obstacle = 'No answer from book-compiler, text-expansion.';
    expect(await store.erasure(userId)).toMatchObject({ finishedAt: null, obstacle });
    await eraseUser(deps, userId, never);
    expect(await store.erasure(userId)).toMatchObject({ finishedAt: clock.now(), obstacle: null });
    expect(keeping.of(userId).size).toBe(0);
  });

  it('is finished once the log has every deletion', async () => {
    const { userId, first, ...rest } = await novel();
    const stranger = await storeDraft(newUser());
    const clock = manualClock();
    const deps = { ...depsOf(store, clock, keepers().client), store };
    // Nobody publishes this.
    await deleteBlob(deps, stranger.userId, stranger.id, false);
    await begin(userId, clock);
    clock.pass(20_000);
    const publish = (...blobs: readonly { id: string }[]) =>
      store.clearEntryOutboxes(new Map(blobs.map(({ id }) => [id, 99])));
    const attempt = async () => {
      await eraseUser(deps, userId, never);
      return store.erasure(userId);
    };
    const waiting = { finishedAt: null, obstacle: 'The event log does not have all deletions yet.' };
    expect(await attempt()).toMatchObject(waiting);
    expect(await indexed(userId)).toEqual([]);
    expect(await store.dueErasures(clock.now(), 1_000)).not.toContain(userId);
    clock.pass(10_000);
    expect(await store.dueErasures(clock.now(), 1_000)).toContain(userId);
    await publish(rest.second, rest.one, rest.two, rest.book);
    expect(await attempt()).toMatchObject(waiting);
    await publish(first);
    expect(await attempt()).toMatchObject({ finishedAt: clock.now(), obstacle: null });
    expect((await outboxOf(store, stranger.id)).entry?.events).toHaveLength(1);
  });

  it('waits for the log, so that its events hold back nobody else', async () => {
    const { userId } = await novel();
    const clock = manualClock();
    await begin(userId, clock);
    let waiting = 3;
    const busy: StateStore = Object.create(store, {
      outboxLength: {
        value: async () => {
          waiting -= 1;
          return waiting;
        },
      },
    });
    const erasing = eraseUser({ ...depsOf(busy, clock, keepers().client), maxWaiting: 0 }, userId, never);
    await expect
      .poll(async () => (await store.erasure(userId))?.obstacle, { interval: 10 })
      .toBe('The event log accepts no more events at the moment.');
    await erasing;
    expect(waiting).toBe(0);
    expect(await store.erasure(userId)).toMatchObject({ obstacle: null });
  });

  it('is told on the log, and when it is done; what the log did not take is told again', async () => {
    const { userId } = await novel();
    const clock = manualClock();
    const keeping = keepers();
    const told: string[] = [];
    let isAway = true;
    const eventLog = {
      async publish(message: OutgoingMessage) {
        if (isAway) throw new EventLogUnavailable('away');
        told.push(`${userEventIn(message)?.kind} ${(await indexed(userId)).length}`);
        return memoryLog().publish(message);
      },
    };
    const deps = { ...depsOf(store, clock, keeping.client), eventLog };
    await begin(userId, clock);
    clock.pass(20_000);
    await eraseUser(deps, userId, never);
    expect(await indexed(userId)).toEqual([]);
    const waiting = { finishedAt: null, obstacle: 'The event log does not have all deletions yet.' };
    expect(await store.erasure(userId)).toMatchObject(waiting);
    isAway = false;
    await eraseUser(deps, userId, never);
    expect(told).toEqual(['erasing 0', 'erased 0']);
    expect(await store.erasure(userId)).toMatchObject({ finishedAt: clock.now(), obstacle: null });
  });

  it('is handed to another process when its own stops', async () => {
    const { userId } = await novel();
    const clock = manualClock();
    await begin(userId, clock);
    await eraseUser(depsOf(store, clock, keepers().client), userId, AbortSignal.abort());
    clock.pass(1_000);
    expect(await store.dueErasures(clock.now(), 1_000)).toContain(userId);
    expect(await indexed(userId)).toHaveLength(5);
  });
});
