import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect } from 'vitest';
import { BlobgraphError } from '../../../platform/errors/errors.ts';
import { derivedBlobId } from '../../../platform/ids/ids.ts';
import { createPostgresRecords } from '../../../platform/processor/records/postgres/records.postgres.ts';
import { type NewRecord, storedAs } from '../../../platform/processor/records/record.ts';
import { newRecord } from '../../../platform/processor/records/records.contract.fixture.ts';
import { records } from '../../../platform/processor/records/records.ts';
import { createRegistrar, toRegistration } from '../../../platform/processor/runs/registrar.ts';
import { openPglite } from '../../../platform/sql/database.pglite.ts';
import type { SqlServer } from '../../../platform/sql/database.ts';
import { createLogger } from '../../../platform/telemetry/logger.ts';
import { finishRun } from '../blobs/register/finish.ts';
import { registerDerived } from '../blobs/register/register.ts';
import { entryOfDerived, entryOfUserBlob, eventOf } from '../entries/entry.ts';
import { applyReport, processingState } from '../entries/runs.ts';
import { createPostgresStateStore } from '../store/postgres/store.postgres.ts';
import type { IndexEntry } from '../store/records.ts';
import { later } from '../testing/later.fixture.ts';
import { outboxOf, userBlob } from '../testing/records.fixture.ts';
import { compilerDocument, expansionDocument } from '../testing/registry.fixture.ts';
import { openReconciling } from './reconciler.fixture.ts';

export const USER = 'alice';
export const REPAIR = { repair: true };
export const NOTHING = { told: [], findings: [], unreachable: [], capped: false };

/** A system with databases of its own. */
async function openSystem(server: SqlServer, serial: number) {
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

/** Opens a system of text expansions and compiled books for each test, with what is needed to disturb it. */
export function runReconciled() {
  const running: { server?: SqlServer; system?: Awaited<ReturnType<typeof openSystem>> } = {};
  let serial = 0;
  beforeAll(async () => {
    running.server = await openPglite({});
  });
  afterAll(() => running.server?.close());
  beforeEach(async () => {
    serial += 1;
    if (running.server) running.system = await openSystem(running.server, serial);
  });
  const system = later(() => running.system);

  /** A user's blob whose run is finished, created `graces` ago. */
  async function addDraft(
    graces = 3,
    over: { entry?: boolean; run?: 'COMPLETED' | 'PENDING' | 'FAILED' } = {},
  ) {
    const { entry = true, run = 'COMPLETED' } = over;
    const blob = userBlob(USER, { id: randomUUID(), createdAt: system.graces(graces), outbox: [] });
    await system.store.insertUserBlob(blob);
    const made = entryOfUserBlob(blob);
    const report = { blob_id: blob.id, processor_id: 'text-expansion', state: run, attempt: 1 };
    const runs =
      (run === 'PENDING' ? null : applyReport(made.runs, report, blob.createdAt)?.runs) ?? made.runs;
    const indexed = { ...made, runs, state: processingState(runs) };
    if (entry) await system.store.insertEntry(indexed, []);
    return indexed;
  }

  /** A book that was registered once. */
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
      held: [],
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

  /** Runs the text expansion's registrar. */
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
  return {
    system,
    addDraft,
    addText,
    addBook,
    registrationOf,
    entryOf,
    waitingEvents,
    registerTexts,
    bury,
    textOf,
  };
}
