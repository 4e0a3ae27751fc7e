import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { openEmbeddedEventLog } from '../../../platform/event-log/embedded/log.embedded.ts';
import type { EventLog } from '../../../platform/event-log/log.ts';
import type { OutgoingMessage } from '../../../platform/event-log/message.ts';
import { eventIn } from '../../../platform/events/events.ts';
import { allSubjects } from '../../../platform/events/named.ts';
import type { SqlServer } from '../../../platform/sql/database.ts';
import { createLogger } from '../../../platform/telemetry/logger.ts';
import { openTemporaryPglite } from '../../../platform/testing/pglite.ts';
import { systemClock } from '../../../platform/time/clock.ts';
import type { Sweeper } from '../background/sweeper.ts';
import { createdEventOf, entryOfUserBlob, eventOf } from '../entries/entry.ts';
import { processingState } from '../entries/runs.ts';
import { createPostgresStateStore } from '../store/postgres/store.postgres.ts';
import type { UserBlobRecord } from '../store/records.ts';
import type { StateStore } from '../store/store.ts';
import { createRelay } from './relay.ts';

let server: SqlServer;
let store: StateStore;
let log: EventLog;
const logger = createLogger('silent');

beforeAll(async () => {
  server = await openTemporaryPglite();
  store = createPostgresStateStore(await server.database('state'));
  await store.prepare();
  log = await openEmbeddedEventLog({
    database: await server.database('event_log'),
    clock: systemClock,
    logger,
  });
});
afterAll(async () => {
  await log.close();
  await server.close();
});

let serial = 0;
/** A blob as a process left it that died right after its first write, some time ago. */
function abandoned(): UserBlobRecord {
  const blob: UserBlobRecord = {
    id: `blob-${++serial}`,
    userId: 'alice',
    schemaId: 'text-input-v1',
    schemaVersion: '1.0.0',
    type: 'chapter_draft',
    title: 'A title',
    data: { content: 'It rained.' },
    conversationId: null,
    bookId: 'my-novel',
    chapterNum: 1,
    createdAt: new Date(Date.now() - 60_000),
    inputHash: null,
    expectedProcessorIds: ['text-expansion'],
    outbox: [],
  };
  return { ...blob, outbox: [eventOf(entryOfUserBlob(blob), 'created', blob.createdAt)] };
}

async function published(blobId: string): Promise<{ kind: string; version: number }[]> {
  const found: { kind: string; version: number }[] = [];
  const head = await log.head();
  for await (const message of log.read({
    subjects: allSubjects,
    after: { epoch: head.epoch, sequence: 0 },
  })) {
    const event = eventIn(message);
    if (event?.body.blob_id === blobId) found.push({ kind: event.kind, version: event.version });
    if (message.position.sequence >= head.sequence) break;
  }
  return found;
}

async function withRelay(
  eventLog: EventLog,
  work: (relay: Sweeper) => Promise<void>,
  over: { store?: StateStore } = {},
): Promise<void> {
  const relay = createRelay({
    store: over.store ?? store,
    eventLog,
    clock: systemClock,
    logger,
    nudge: (blobId) => relay.nudge(blobId),
    nudgeDeletion: () => undefined,
    ended: () => undefined,
  });
  relay.start();
  try {
    await work(relay);
  } finally {
    await relay.stop();
  }
}

async function change(id: string, expectedVersion: number): Promise<void> {
  const [entry] = await store.entries('alice', [id]);
  if (!entry) throw new Error('No entry');
  const version = expectedVersion + 1;
  const next = { version, runs: entry.runs, state: processingState(entry.runs), updatedAt: new Date() };
  const event = eventOf({ ...entry, ...next }, 'processing', next.updatedAt);
  expect(await store.updateEntry(id, expectedVersion, next, [event])).toBe(true);
}

describe('the relay', () => {
  it('finishes what a writer left undone: the index entry, then the event, once', async () => {
    const blob = abandoned();
    await store.insertUserBlob(blob);
    await withRelay(log, async () => {
      await vi.waitFor(async () => expect(await store.outboxLength()).toBe(0), { timeout: 10_000 });
    });
    expect(await store.entries('alice', [blob.id])).toEqual([entryOfUserBlob(blob)]);
    expect(await published(blob.id)).toEqual([{ kind: 'created', version: 1 }]);
  });

  it('makes the entry of a blob whose run was held back with that run held', async () => {
    const { outbox: _, ...unheld } = abandoned();
    const blob = {
      ...unheld,
      outbox: [createdEventOf({ ...unheld, outbox: [] }, { held: ['text-expansion'] })],
    };
    await store.insertUserBlob(blob);
    await withRelay(log, async () => {
      await vi.waitFor(async () => expect(await store.outboxLength()).toBe(0), { timeout: 10_000 });
    });
    const [entry] = await store.entries('alice', [blob.id]);
    expect(entry?.runs).toMatchObject([{ state: 'PENDING', held: true }]);
  });

  it('publishes a blob’s events in order, its own first, also when it is nudged meanwhile', async () => {
    const blob = abandoned();
    await store.insertUserBlob(blob);
    await store.insertEntry(entryOfUserBlob(blob), []);
    await withRelay(log, async (relay) => {
      for (let version = 1; version <= 5; version += 1) {
        await change(blob.id, version);
        relay.nudge(blob.id);
      }
      await vi.waitFor(async () => expect(await store.outboxLength()).toBe(0), { timeout: 10_000 });
    });
    expect((await published(blob.id)).map((event) => event.version)).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('tells nothing of the making of a blob that was deleted, and keeps nothing of it', async () => {
    const blob = abandoned();
    const entry = entryOfUserBlob(blob);
    await store.insertEntry(entry, []);
    const at = new Date();
    const tombstone = { ...entry, version: 2, cascade: false, deletedAt: at, dueAt: null };
    await store.bury(entry, tombstone, eventOf({ ...entry, version: 2 }, 'deleted', at));
    // Sent again under its key, by a process that died right after.
    await store.insertUserBlob(blob);
    await withRelay(log, async () => {
      await vi.waitFor(async () => expect(await store.outboxLength()).toBe(0), { timeout: 10_000 });
    });
    expect(await store.ownBlobs('alice', 100)).not.toContainEqual(expect.objectContaining({ id: blob.id }));
    expect(await published(blob.id)).toEqual([{ kind: 'deleted', version: 2 }]);
  });

  it('has sources that were deleted look again when what was made of them is entered', async () => {
    const [source] = [entryOfUserBlob(abandoned())];
    await store.insertEntry(source, []);
    const at = new Date();
    const tombstone = { ...source, version: 2, cascade: false, deletedAt: at, dueAt: null };
    await store.bury(source, tombstone, eventOf({ ...source, version: 2 }, 'deleted', at));
    const made = { ...source, id: `${source.id}-made`, processorId: 'p', sourceIds: [source.id] };
    await store.insertEntry(made, [eventOf(made, 'indexed', at)]);
    await withRelay(log, async () => {
      await vi.waitFor(async () => expect(await store.outboxLength()).toBe(0), { timeout: 10_000 });
    });
    expect(await store.dueDeletions(new Date(), 100)).toContain(source.id);
  });

  it('deletes what was let in just before its user’s erasure', async () => {
    const blob = { ...abandoned(), userId: 'erased' };
    const startedAt = new Date(blob.createdAt.getTime() + 1);
    const erasure = {
      userId: 'erased',
      requestedBy: 'olga',
      startedAt,
      finishedAt: null,
      stores: [],
      goneStores: [],
    };
    await store.beginErasure({ ...erasure, obstacle: null }, startedAt);
    await store.saveErasure({ ...erasure, obstacle: null, finishedAt: new Date() }, null);
    const outbox = [eventOf(entryOfUserBlob(blob), 'created', blob.createdAt)];
    const later = { ...blob, id: `${blob.id}-later`, createdAt: new Date(startedAt.getTime() + 1) };
    await store.insertUserBlob({ ...blob, outbox });
    await store.insertUserBlob({ ...later, outbox: [eventOf(entryOfUserBlob(later), 'created', startedAt)] });
    await withRelay(log, async () => {
      await vi.waitFor(async () => expect(await store.outboxLength()).toBe(0), { timeout: 10_000 });
    });
    expect((await store.ownBlobs('erased', 100)).map(({ id }) => id)).toEqual([later.id]);
    expect(await store.tombstone(blob.id)).toMatchObject({ userId: 'erased', cascade: true });
  });

  it('tells of one blob although another’s event cannot be published', async () => {
    const [refused, other] = [abandoned(), abandoned()];
    await Promise.all([refused, other].map((blob) => store.insertUserBlob(blob)));
    const partial: EventLog = Object.create(log, {
      publish: {
        value: async (message: OutgoingMessage) => {
          if (message.id.startsWith(`${refused.id}:`)) throw new Error('no room for this one');
          return log.publish(message);
        },
      },
    });
    await withRelay(partial, async (relay) => {
      relay.nudge(refused.id);
      relay.nudge(other.id);
      await vi.waitFor(async () => expect(await store.outboxLength()).toBe(1), { timeout: 10_000 });
    });
    expect(await published(other.id)).toEqual([{ kind: 'created', version: 1 }]);
    expect(await published(refused.id)).toEqual([]);
    await withRelay(log, async () => {
      await vi.waitFor(async () => expect(await store.outboxLength()).toBe(0), { timeout: 10_000 });
    });
    expect(await published(refused.id)).toEqual([{ kind: 'created', version: 1 }]);
  });

  it('asks the store as often for many blobs as for one', async () => {
    const statements: string[] = [];
    const database = await server.database('state');
    const noted = (method: 'query' | 'execute') => ({
      value: (text: string, values: []) => {
        statements.push(text);
        return database[method](text, values);
      },
    });
    const counted = Object.create(database, { query: noted('query'), execute: noted('execute') });
    // Too young for the sweep.
    const now = new Date();
    const blobs = Array.from({ length: 40 }, () => ({ ...abandoned(), createdAt: now }));
    for (const blob of blobs) {
      const entry = entryOfUserBlob(blob);
      await store.insertUserBlob(blob);
      await store.insertEntry({ ...entry, updatedAt: now }, [
        eventOf({ ...entry, version: 2 }, 'indexed', now),
      ]);
    }
    await withRelay(
      log,
      async (relay) => {
        for (const { id } of blobs) relay.nudge(id);
        await vi.waitFor(async () => expect(await store.outboxLength()).toBe(0), { timeout: 10_000 });
      },
      { store: createPostgresStateStore(counted) },
    );
    // The first two that are named go at once, each by itself; all others together.
    expect(statements.filter((text) => /outbox_since IS NOT NULL/.test(text)).length).toBeLessThanOrEqual(6);
    expect(statements.length).toBeLessThanOrEqual(21);
    expect(await published(blobs[39]?.id ?? '')).toHaveLength(2);
  });

  it('keeps what the log does not acknowledge, and publishes it once although it was told twice', async () => {
    const blob = abandoned();
    await store.insertUserBlob(blob);
    let failures = 0;
    // The log has the message, but its acknowledgement is lost on the way.
    const unreliable: EventLog = Object.create(log, {
      publish: {
        value: async (message: OutgoingMessage) => {
          const ack = await log.publish(message);
          failures += 1;
          if (failures < 3) throw new Error('connection reset');
          return ack;
        },
      },
    });
    await withRelay(unreliable, async () => {
      await vi.waitFor(async () => expect(await store.outboxLength()).toBe(0), { timeout: 15_000 });
    });
    expect(failures).toBe(3);
    expect(await published(blob.id)).toEqual([{ kind: 'created', version: 1 }]);
  });
});
