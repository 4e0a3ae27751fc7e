import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { BlobgraphError } from '../../../platform/errors.ts';
import { derivedBlobId } from '../../../platform/ids.ts';
import { createLogger } from '../../../platform/logger.ts';
import { type NewRecord, storedAs } from '../../../platform/processor/record.ts';
import { createPostgresRecords } from '../../../platform/processor/records/postgres/records.postgres.ts';
import { newRecord } from '../../../platform/processor/records/records.contract.ts';
import { records } from '../../../platform/processor/records/records.ts';
import { createRegistrar, toRegistration } from '../../../platform/processor/registrar.ts';
import { openPglite } from '../../../platform/sql/database.pglite.ts';
import type { SqlServer } from '../../../platform/sql/database.ts';
import { registerDerived } from '../derived/register.ts';
import type { IndexEntry } from '../documents.ts';
import { entryOfDerived, entryOfUserBlob, eventOf } from '../entry.ts';
import { compilerDocument, expansionDocument } from '../registry.fixture.ts';
import { finishRun } from '../runs/finish.ts';
import { applyReport, processingState } from '../runs/runs.ts';
import { outboxOf, userBlob } from '../store/store.contract.fixture.ts';
import { createPostgresStateStore } from '../store/store.postgres.ts';
import { openReconciling } from './reconciler.fixture.ts';

let system: Awaited<ReturnType<typeof openSystem>>;
let server: SqlServer;
let serial = 0;
beforeAll(async () => {
  server = await openPglite({});
});
afterAll(() => server?.close());
beforeEach(async () => {
  system = await openSystem();
});

async function openSystem() {
  serial += 1;
  const [store, texts, books] = [
    createPostgresStateStore(await server.database(`state_${serial}`)),
    createPostgresRecords(
      await server.database(`texts_${serial}`),
      records('texts', { store: 'postgresql' }),
    ),
    createPostgresRecords(
      await server.database(`books_${serial}`),
      records('books', { store: 'postgresql' }),
    ),
  ] as const;
  for (const each of [texts, books]) await each.prepare();
  const owners = [
    { processor: expansionDocument(), inventory: texts },
    { processor: compilerDocument(), inventory: books },
  ];
  return { ...(await openReconciling(store, owners)), texts, books };
}

const USER = 'alice';
const REPAIR = { repair: true };
const NOTHING = { told: [], findings: [], unreachable: [], capped: false };

/** A user's blob as it stands once all is done, made `graces` ago. */
async function addDraft(
  graces = 3,
  over: { entry?: boolean; run?: 'COMPLETED' | 'PENDING' | 'FAILED' } = {},
) {
  const { entry = true, run = 'COMPLETED' } = over;
  const blob = userBlob(USER, { id: randomUUID(), createdAt: system.graces(graces), outbox: [] });
  await system.store.insertUserBlob(blob);
  const made = entryOfUserBlob(blob);
  const report = { blob_id: blob.id, processor_id: 'text-expansion', state: run, attempt: 1 };
  const runs = (run === 'PENDING' ? null : applyReport(made.runs, report, blob.createdAt)?.runs) ?? made.runs;
  const indexed = { ...made, runs, state: processingState(runs) };
  if (entry) await system.store.insertEntry(indexed, []);
  return indexed;
}

const expansion = { id: 'text-expansion', makes: { schema: 'expanded-text-v1' } };

const textOf = (draft: IndexEntry, over: Partial<NewRecord> = {}) => {
  const { processorVersion = '1' } = over;
  const id = derivedBlobId(draft.id, expansion.id, processorVersion);
  const sample = { data: { expanded: 'Longer.' }, beside: {} };
  const made = { id, processorVersion, sourceIds: [draft.id], generation: 0, contentHash: 'a'.repeat(64) };
  return newRecord(USER, sample, {
    ...made,
    createdAt: draft.createdAt,
    registerAt: draft.createdAt,
    ...over,
  });
};

/** A book that the index was once told of. */
async function addBook(sourceIds: string[], createdAt: Date) {
  const sample = { data: { full_text: 'All of it.' }, beside: {} };
  const book = newRecord(USER, sample, { sourceIds, createdAt, onDemand: true, registerAt: createdAt });
  await system.books.insert(book);
  await system.books.markRegistered(book, createdAt);
  return book;
}

const registrationOf = async ({ id }: { id: string }) => (await system.books.find(id, 'all'))?.registration;

/** A draft's expansion: in its store, in the index, or both. */
async function addText(
  draft: IndexEntry,
  where: { stored?: boolean; indexed?: boolean; version?: string } = {},
) {
  const { stored = true, indexed = true, version = '1' } = where;
  const text = textOf(draft, { processorVersion: version });
  if (stored) {
    await system.texts.insert(text);
    await system.texts.markRegistered(text, text.createdAt);
  }
  const context = {
    sources: [draft],
    schemaType: 'expanded_text',
    expectedProcessorIds: [],
    at: text.createdAt,
  };
  if (indexed) {
    const told = toRegistration(storedAs(text, text.describe({})), expansion, 1);
    await system.store.insertEntry(entryOfDerived(told, context), []);
  }
  return text;
}

const entryOf = async (id: string) => (await system.store.entries(USER, [id]))[0];
const waitingEvents = async (id: string) =>
  ((await outboxOf(system.store, id)).entry?.events ?? []).map(({ kind, body }) =>
    body.run ? `${kind} ${body.run.processor_id} ${body.run.attempt}` : kind,
  );

/** The text expansion's registrar, which tells the index of what it was not told. */
async function registerTexts(): Promise<void> {
  const registrar = createRegistrar({
    processor: expansion,
    records: system.texts,
    state: {
      register: async (told) => void (await registerDerived(system.state, told)),
      finish: async (told) => void (await finishRun(system.state, told)),
    },
    clock: system.clock,
    logger: createLogger('silent'),
  });
  for (const id of await system.texts.dueRegistrations(system.clock.now(), 100)) {
    const text = await system.texts.find(id, 'all');
    if (text)
      await registrar
        .register(text, 1)
        .catch((error: unknown) => expect(error).toBeInstanceOf(BlobgraphError));
  }
}

async function bury(draft: IndexEntry): Promise<void> {
  const deletedAt = system.clock.now();
  const tombstone = {
    id: draft.id,
    userId: USER,
    version: 2,
    processorId: 'state',
    cascade: false,
    deletedAt,
    dueAt: null,
  };
  await system.store.bury(draft, tombstone, eventOf({ ...draft, version: 2 }, 'deleted', deletedAt));
}

describe('a system that agrees', () => {
  it('has nothing to find, and is not changed', async () => {
    const draft = await addDraft();
    const { id } = await addText(draft);
    await addDraft(0.5, { run: 'PENDING' });
    const before = [await entryOf(draft.id), await entryOf(id)];
    expect(await system.run(REPAIR)).toEqual(NOTHING);
    expect([await entryOf(draft.id), await entryOf(id)]).toEqual(before);
  });

  it('is asked for a page at a time, not for each blob', async () => {
    for (let n = 0; n < 205; n += 1) await addText(await addDraft());
    system.calls.length = 0;
    expect(await system.run()).toEqual(NOTHING);
    // Two pages of texts and one of books; three pages of the index; counts of one user by each.
    expect(system.calls).toHaveLength(8);
  });
});

describe('blobs without an entry', () => {
  it('are entered by who keeps them, once, and the second run finds nothing', async () => {
    const draft = await addDraft();
    const text = await addText(draft, { indexed: false });
    const lost = await addDraft(3, { entry: false, run: 'PENDING' });
    const found = [
      'UNINDEXED state 1',
      'UNINDEXED text-expansion 1',
      'COUNT_DIFFERS state 1',
      'COUNT_DIFFERS text-expansion 1',
    ];
    expect((await system.run()).told).toEqual(found.map((one) => `${one} 0`));
    expect(await entryOf(lost.id)).toBeUndefined();
    expect(await system.texts.dueRegistrations(system.clock.now(), 10)).toEqual([]);

    await system.run(REPAIR);
    expect(await entryOf(lost.id)).toMatchObject({ title: lost.title, state: 'PENDING' });
    expect(await waitingEvents(lost.id)).toEqual(['created']);
    expect(await system.texts.dueRegistrations(system.clock.now(), 10)).toEqual([text.id]);
    await registerTexts();
    expect(await entryOf(text.id)).toMatchObject({ sourceIds: [draft.id], contentHash: text.contentHash });
    expect(await system.run(REPAIR)).toEqual(NOTHING);
  });

  it('of an older version of their processor are entered beside the others', async () => {
    const draft = await addDraft();
    await addText(draft);
    const old = await addText(draft, { indexed: false, version: '0' });
    expect((await system.run(REPAIR)).told).toContain('UNINDEXED text-expansion 1 1');
    await registerTexts();
    expect(await entryOf(old.id)).toMatchObject({ sourceIds: [draft.id] });
    expect(await system.run(REPAIR)).toEqual(NOTHING);
  });

  it('wait for their sources, which would be refused before', async () => {
    const draft = await addDraft();
    const text = await addText(draft, { indexed: false });
    const book = await addBook([text.id], draft.createdAt);
    expect((await system.run(REPAIR)).told).toContain('UNINDEXED book-compiler 1 0');
    expect(await registrationOf(book)).toBe('registered');
    await registerTexts();
    expect((await system.run(REPAIR)).told).toContain('UNINDEXED book-compiler 1 1');
    expect(await registrationOf(book)).toBe('waiting');
  });

  it('wait for sources that a processor which is away may keep', async () => {
    const text = await addText(await addDraft(), { indexed: false });
    const book = await addBook([text.id], text.createdAt);
    system.refuse((call) => call.includes('text-expansion'));
    const { told, unreachable } = await system.run(REPAIR);
    expect(unreachable).toEqual(['text-expansion']);
    expect(told).toContain('UNINDEXED book-compiler 1 0');
    expect(await registrationOf(book)).toBe('registered');
  });

  it('are kept, and told of, when one of several sources was deleted', async () => {
    const [draft, other] = [await addDraft(), await addDraft()];
    const book = await addBook([draft.id, other.id], draft.createdAt);
    await bury(other);
    expect((await system.run(REPAIR)).told).toContain('UNINDEXED book-compiler 1 0');
    expect(await registrationOf(book)).toBe('registered');
  });

  it('of a source that was deleted are not entered', async () => {
    const draft = await addDraft();
    const text = await addText(draft, { indexed: false });
    await bury(draft);
    const { told } = await system.run(REPAIR);
    expect(told).toContain('DELETED text-expansion 1 1');
    // The user's own blob goes at once, as its deletion did not come to that.
    expect(told).toContain('DELETED state 1 1');
    expect(await system.store.userBlobs(USER, [draft.id])).toEqual([]);
    await registerTexts();
    expect(await entryOf(text.id)).toBeUndefined();
    expect((await system.run(REPAIR)).told).toEqual([]);
  });

  it('are left alone while they are young', async () => {
    await addDraft(0.9, { entry: false });
    await addText(await addDraft(0.9), { indexed: false });
    expect(await system.run(REPAIR)).toEqual(NOTHING);
    const { told } = await system.run({ repair: false, graceSeconds: 0 });
    expect(told).toContain('UNINDEXED text-expansion 1 0');
  });
});

describe('entries without a blob', () => {
  it('are marked, made again under the same id, and then whole', async () => {
    const draft = await addDraft();
    const text = await addText(draft, { stored: false });
    expect((await system.run()).told).toContain('CONTENT_MISSING text-expansion 1 0');
    expect(await entryOf(text.id)).toMatchObject({ contentMissingSince: null });

    expect((await system.run(REPAIR)).told).toContain('CONTENT_MISSING text-expansion 1 1');
    expect(await entryOf(text.id)).toMatchObject({ contentMissingSince: system.clock.now() });
    expect(await waitingEvents(text.id)).toEqual(['failed']);
    expect(await waitingEvents(draft.id)).toEqual(['retried text-expansion 2']);
    expect(await entryOf(draft.id)).toMatchObject({
      state: 'PENDING',
      runs: [{ state: 'PENDING', attempt: 2 }],
    });
    // It is under way: nothing is asked for twice.
    await system.run(REPAIR);
    expect(await waitingEvents(draft.id)).toEqual(['retried text-expansion 2']);

    // The processor makes another text of it this time.
    await system.texts.insert(
      textOf(draft, {
        contentHash: 'b'.repeat(64),
        describe: () => ({ title: draft.title, preview: 'Anew.' }),
      }),
    );
    await registerTexts();
    expect(await entryOf(text.id)).toMatchObject({
      contentMissingSince: null,
      contentHash: 'b'.repeat(64),
      preview: 'Anew.',
    });
    expect(await entryOf(draft.id)).toMatchObject({ state: 'COMPLETED' });
    expect(await system.run(REPAIR)).toEqual(NOTHING);
  });

  it('are only marked where the same would not come of it, or the run failed', async () => {
    const draft = await addDraft();
    await addText(draft);
    const old = await addText(draft, { stored: false, version: '0' });
    const failed = await addDraft(3, { run: 'FAILED' });
    const text = await addText(failed, { stored: false });
    const { told } = await system.run(REPAIR);
    expect(told).toContain('CONTENT_MISSING text-expansion 2 1');
    for (const { id } of [old, text]) expect((await entryOf(id))?.contentMissingSince).not.toBeNull();
    expect([...(await waitingEvents(draft.id)), ...(await waitingEvents(failed.id))]).toEqual([]);
    expect((await system.run(REPAIR)).told).toContain('CONTENT_MISSING text-expansion 2 0');
  });

  it('are told again by who keeps them when their blob is back', async () => {
    const draft = await addDraft();
    const text = await addText(draft, { stored: false });
    await system.run(REPAIR);
    await system.texts.insert(text);
    await system.texts.markRegistered(text, text.createdAt);
    expect((await system.run(REPAIR)).told).toContain('CONTENT_BACK text-expansion 1 1');
    await registerTexts();
    expect(await entryOf(text.id)).toMatchObject({ contentMissingSince: null });
    expect(await system.run(REPAIR)).toEqual(NOTHING);
  });
});

describe('references and runs', () => {
  it('tells of entries whose source is nowhere', async () => {
    const nowhere = { ...(await addDraft()), id: randomUUID() };
    await addText(nowhere);
    expect((await system.run(REPAIR)).told).toEqual(['SOURCE_MISSING text-expansion 1 0']);
  });

  it('asks again for runs of which nothing was heard for very long, once', async () => {
    const stuck = await addDraft(5, { run: 'PENDING' });
    await addDraft(3, { run: 'PENDING' });
    expect((await system.run(REPAIR)).told).toEqual(['RUN_STUCK text-expansion 1 1']);
    expect(await waitingEvents(stuck.id)).toEqual(['retried text-expansion 1']);
    expect(await system.run(REPAIR)).toEqual(NOTHING);
  });
});

describe('caution', () => {
  it('concludes nothing about a processor that stops answering half-way, and goes on with the others', async () => {
    const draft = await addDraft();
    await addText(draft, { stored: false });
    const lost = await addDraft(3, { entry: false, run: 'PENDING' });
    for (const path of ['/inventory/existing', '/inventory/counts', '/inventory?']) {
      system.refuse((call) => call.includes(`http://text-expansion${path}`));
      const { told, unreachable } = await system.run({ repair: false });
      expect(unreachable).toEqual(['text-expansion']);
      expect(told).toEqual(['UNINDEXED state 1 0', 'COUNT_DIFFERS state 1 0']);
    }
    await system.run(REPAIR);
    expect(await entryOf(lost.id)).toBeDefined();
    expect((await entryOf(draft.id))?.version).toBe(draft.version);
  });

  it('takes no other store for a processor’s own', async () => {
    await addText(await addDraft(), { stored: false });
    system.refuse((call) => call.includes('http://text-expansion'));
    expect((await system.run(REPAIR)).unreachable).toEqual(['text-expansion']);
  });

  it('changes no more than it may, and says so', async () => {
    for (let n = 0; n < 3; n += 1) await addDraft(3, { entry: false });
    const { told, capped } = await system.run(REPAIR, { maxChanges: 2 });
    expect(capped).toBe(true);
    expect(told).toContain('UNINDEXED state 3 2');
    expect((await system.run(REPAIR, { maxChanges: 2 })).told).toContain('UNINDEXED state 1 1');
    expect(await system.run(REPAIR)).toEqual(NOTHING);
  });

  it('repairs nothing with less grace than it was given', async () => {
    await expect(system.run({ repair: true, graceSeconds: 0 })).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
      field: 'grace_seconds',
    });
  });

  it('may be done by two at once', async () => {
    const draft = await addDraft();
    await addText(draft, { stored: false });
    const lost = await addDraft(3, { entry: false, run: 'PENDING' });
    await Promise.all([system.run(REPAIR), system.run(REPAIR)]);
    expect(await waitingEvents(draft.id)).toEqual(['retried text-expansion 2']);
    expect(await waitingEvents(lost.id)).toEqual(['created']);
  });

  it('stops when it is told to', async () => {
    await addDraft(3, { entry: false });
    const signal = AbortSignal.abort();
    await expect(system.run({ repair: true, signal })).rejects.toThrow();
    expect((await system.run()).told).toContain('UNINDEXED state 1 0');
  });
});
