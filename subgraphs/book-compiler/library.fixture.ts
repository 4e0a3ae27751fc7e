import type { BlobRecord, NewRecord } from '../../platform/processor/records/record.ts';
import { newRecord } from '../../platform/processor/records/records.contract.fixture.ts';
import type { Records } from '../../platform/processor/records/records.ts';
import { databaseOf, processorService } from '../../platform/processor/service.ts';
import type { SqlDatabase } from '../../platform/sql/database.ts';
import { currentTrace } from '../../platform/telemetry/trace.ts';
import { observed } from '../../platform/testing/observed.ts';
import { openTemporaryPglite } from '../../platform/testing/pglite.ts';
import { startTestService, type TestService } from '../../platform/testing/service.ts';
import processor from './processor.ts';
import { compiledBooks } from './records.fixture.ts';

/** The stored form of each book. */
export const { data, beside } = compiledBooks.sample(1);

/** A book compiler with a hundred stored books of alice's, and one of bob's. */
export interface Library {
  readonly service: TestService;
  /** Alice's by time; the last two have the same time. */
  readonly books: readonly BlobRecord[];
  readonly bobs: BlobRecord;
  /** The id of one of alice's books. */
  id(index: number): string;
  /** Stores another book. */
  add(userId: string, over?: Partial<NewRecord>): Promise<BlobRecord>;
  /** Runs `work`; returns the database queries of its requests. */
  queriesOf(work: () => Promise<unknown>): Promise<readonly string[]>;
  close(): Promise<void>;
}

const byTime = (a: BlobRecord, b: BlobRecord) =>
  a.createdAt.getTime() - b.createdAt.getTime() || (a.id < b.id ? -1 : 1);

export async function openLibrary(recordsIn: (database: SqlDatabase) => Records): Promise<Library> {
  const server = await openTemporaryPglite();
  const records = recordsIn(await server.database(databaseOf(processor)));
  await records.prepare();
  const add: Library['add'] = async (userId, over) => {
    const given = { sourceIds: ['draft-1', 'expansion-2'], sizeBytes: 5_000 };
    const { stored } = await records.insert(newRecord(userId, { data, beside }, { ...given, ...over }));
    await records.markRegistered(stored, new Date());
    return stored;
  };
  const added: BlobRecord[] = [];
  for (let index = 0; index < 100; index += 1)
    added.push(await add('alice', { createdAt: new Date(Date.UTC(2026, 0, 1, 0, Math.min(index, 98))) }));
  const books = added.toSorted(byTime);
  let queries: string[] = [];
  /** Statements of background work have no trace. */
  const note = (text: string) => {
    if (currentTrace()) queries.push(text);
  };
  const service = await startTestService(processorService(processor), {
    sql: async (name) => observed(await server.database(name), note),
  });
  return {
    service,
    books,
    bobs: await add('bob'),
    id: (index) => books[index]?.id ?? '',
    add,
    async queriesOf(work) {
      queries = [];
      await work();
      return queries;
    },
    async close() {
      await service.stop();
      await server.close();
    },
  };
}
