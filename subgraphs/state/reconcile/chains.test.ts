import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { derivedBlobId } from '../../../platform/ids/ids.ts';
import type { BlobInventory, InventoryItem } from '../../../platform/processor/records/inventory.ts';
import type { SqlServer } from '../../../platform/sql/database.ts';
import { openTemporaryPglite } from '../../../platform/testing/pglite.ts';
import { beginRun } from '../blobs/processing/begin.ts';
import { reprocess } from '../blobs/processing/reprocess.ts';
import { finishRun } from '../blobs/register/finish.ts';
import { registerDerived } from '../blobs/register/register.ts';
import { entryOfUserBlob } from '../entries/entry.ts';
import { createPostgresStateStore } from '../store/postgres/store.postgres.ts';
import type { IndexEntry } from '../store/records.ts';
import { outboxOf, userBlob } from '../testing/records.fixture.ts';
import { compilerDocument, expansionDocument, processorDocument } from '../testing/registry.fixture.ts';
import { openReconciling } from './reconciler.fixture.ts';

const USER = 'alice';
const REPAIR = { repair: true };

/** A store of blobs that can be emptied. */
function memoryInventory() {
  const kept = new Map<string, InventoryItem>();
  const inventory: BlobInventory = {
    inventory: async () => [...kept.values()],
    existing: async (ids) => ids.filter((id) => kept.has(id)),
    countsOf: async (userIds) =>
      kept.size === 0 ? [] : userIds.map((userId) => ({ userId, older: kept.size, total: kept.size })),
    reopen: async () => undefined,
  };
  return { inventory, kept };
}

let server: SqlServer;
let serial = 0;
let system: Awaited<ReturnType<typeof openSystem>>;
beforeAll(async () => {
  server = await openTemporaryPglite();
});
afterAll(() => server?.close());
beforeEach(async () => {
  serial += 1;
  system = await openSystem();
});

async function openSystem() {
  const [texts, insights, books] = [memoryInventory(), memoryInventory(), memoryInventory()];
  const takes = { 'blob.indexed': ['expanded-text-v1'] };
  const reconciling = await openReconciling(createPostgresStateStore(await server.database(`s${serial}`)), [
    // The lower link first: it must wait whatever the order.
    { processor: processorDocument('insights', { takes }), inventory: insights.inventory },
    { processor: expansionDocument(), inventory: texts.inventory },
    { processor: compilerDocument(), inventory: books.inventory },
  ]);
  return { ...reconciling, texts: texts.kept, insights: insights.kept, books: books.kept };
}

const entryOf = async (id: string) => (await system.store.entries(USER, [id]))[0];
const asked = async (id: string) =>
  ((await outboxOf(system.store, id)).entry?.events ?? []).flatMap(({ kind, body: { run } }) =>
    kind === 'retried' ? [`${run?.processor_id} ${run?.attempt}/${run?.generation}`] : [],
  );

async function addDraft(): Promise<IndexEntry> {
  const blob = userBlob(USER, { createdAt: system.clock.now(), outbox: [] });
  await system.store.insertUserBlob(blob);
  return (await system.store.insertEntry(entryOfUserBlob(blob), [])).stored as IndexEntry;
}

function keep(store: Map<string, InventoryItem>, id: string, sourceId: string): void {
  const createdAt = system.clock.now();
  store.set(id, { id, userId: USER, sourceIds: [sourceId], createdAt, registration: 'registered' });
}

/** Runs a processor on a blob; its blob is in its store and in the index. */
async function run(
  blobId: string,
  processor: 'text-expansion' | 'insights',
  generation = 0,
): Promise<string> {
  const of = { blob_id: blobId, processor_id: processor, attempt: 1, generation };
  await beginRun(system.state, USER, of);
  const id = derivedBlobId(blobId, processor, '1', generation);
  const store = processor === 'insights' ? system.insights : system.texts;
  keep(store, id, blobId);
  await finishRun(system.state, {
    user_id: USER,
    processor_id: processor,
    processor_version: '1',
    generation,
    storage_location: processor,
    remote_blob_id: id,
    parent_id: blobId,
    schema_id: processor === 'insights' ? 'note-v1' : 'expanded-text-v1',
    preview: 'It rained.',
    content_hash: 'a',
    run: of,
  });
  return id;
}

describe('a chain whose content is gone', () => {
  it('is made again link by link, the upper one first', async () => {
    const draft = await addDraft();
    const text = await run(draft.id, 'text-expansion');
    const insight = await run(text, 'insights');
    system.pass(10_000);
    system.texts.clear();
    system.insights.clear();
    await system.reconcile(REPAIR);
    for (const id of [text, insight]) expect((await entryOf(id))?.contentMissingSince).not.toBeNull();
    expect(await asked(draft.id)).toEqual(['text-expansion 2/0']);
    expect(await asked(text)).toEqual([]);
    // As long as the upper one is gone, nothing else is asked for.
    await system.reconcile(REPAIR);
    expect([await asked(draft.id), await asked(text)]).toEqual([['text-expansion 2/0'], []]);
    // Nor while it is in its store again, and the index was not told.
    keep(system.texts, text, draft.id);
    await system.reconcile(REPAIR);
    expect(await asked(text)).toEqual([]);

    await run(draft.id, 'text-expansion');
    await system.reconcile(REPAIR);
    expect(await asked(text)).toEqual(['insights 2/0']);
    await run(text, 'insights');
    expect((await entryOf(insight))?.contentMissingSince).toBeNull();
    expect((await system.reconcile(REPAIR)).told).toEqual([]);
  });
});

describe('an older generation whose content is gone', () => {
  it('is asked for as what it is, once, beside the run of the newest', async () => {
    const draft = await addDraft();
    const text = await run(draft.id, 'text-expansion');
    await reprocess(system.state, USER, draft.id, 'text-expansion');
    await run(draft.id, 'text-expansion', 1);
    system.pass(10_000);
    system.texts.delete(text);
    const runs = (await entryOf(draft.id))?.runs;
    expect((await system.reconcile(REPAIR)).told).toContain('CONTENT_MISSING text-expansion 1 1');
    await system.reconcile(REPAIR);
    expect(await asked(draft.id)).toEqual(['text-expansion 2/1', 'text-expansion 1/0']);
    expect((await entryOf(draft.id))?.runs).toEqual(runs);
    // Nothing came of it.
    system.pass(10 * 3_600);
    await system.reconcile(REPAIR);
    expect(await asked(draft.id)).toHaveLength(3);
    await run(draft.id, 'text-expansion', 0);
    expect(await entryOf(text)).toMatchObject({ contentMissingSince: null, generation: 0 });
    expect((await entryOf(draft.id))?.runs).toEqual(runs);
    expect((await system.reconcile(REPAIR)).told).toEqual([]);
  });
});

describe('a pending blob', () => {
  it('is not missed, and its run is asked for again when nothing is heard of it', async () => {
    const draft = await addDraft();
    await run(draft.id, 'text-expansion');
    const { entry } = await registerDerived(system.state, {
      user_id: USER,
      processor_id: 'book-compiler',
      on_demand: true,
      storage_location: 'books',
      remote_blob_id: derivedBlobId(draft.id, 'any', '1'),
      parent_id: draft.id,
      schema_id: 'compiled-book-v1',
      preview: '',
    });
    system.pass(2 * 3_600);
    expect((await system.reconcile(REPAIR)).told).toEqual([]);
    // What its events waited in has been published.
    await system.store.clearEntryOutboxes(new Map([[entry.id, entry.version]]));
    system.pass(3 * 3_600);
    expect((await system.reconcile(REPAIR)).told).toEqual(['RUN_STUCK book-compiler 1 1']);
    expect(await asked(entry.id)).toEqual(['book-compiler 1/0']);
    expect(await entryOf(entry.id)).toMatchObject({ contentMissingSince: null, state: 'PENDING' });
  });
});
