import { expect, onTestFinished, test, vi } from 'vitest';
import { liveFrom } from '../../events/live-cursor.ts';
import { memoryLog } from '../../testing/memory-log.ts';
import { openEmbeddedRecords } from '../../testing/records.ts';
import { records as define } from '../records/records.ts';
import { definition, openKit, record, startState } from '../testing/processor.fixture.ts';
import { createContext } from './resolvers.ts';

const members = define('texts', { store: 'postgresql', members: { text: 'text', words: 'integer' } });

async function setUp() {
  const state = await startState();
  const { records, close } = await openEmbeddedRecords(members);
  onTestFinished(async () => {
    await close();
    await state.stop();
  });
  await records.prepare();
  for (const id of ['a', 'b']) await records.insert(record(id, { data: { text: id, words: 1 } }));
  await records.insert(record('p', { contentHash: null, data: {} }));
  const byIds = vi.spyOn(records, 'byIds');
  const { kit } = await openKit({
    definition: { ...definition, records: members },
    state: state.client,
    records,
  });
  const viewer = { userId: 'alice', roles: [] };
  const { load } = createContext(
    kit,
    { service: 'gateway', viewer } as Parameters<typeof createContext>[1],
    liveFrom(async () => memoryLog()),
  );
  const read = (source: string, ...wanted: string[]) => load(record(source).id, new Set(wanted));
  return { read, byIds };
}

test('blobs that are asked for at once share a query, but for one of which more is wanted', async () => {
  const { read, byIds } = await setUp();
  const found = await Promise.all([read('a', 'words'), read('b', 'words'), read('a', 'text'), read('none')]);
  expect(found).toMatchObject([{ words: 1 }, { words: 1 }, { text: 'a' }, null]);
  expect(found[0]).not.toHaveProperty('text');
  expect(byIds.mock.calls.map(([, ids]) => ids.length).toSorted()).toEqual([1, 1, 2]);
});

test('`data` as a whole is all of its members', async () => {
  const { read } = await setUp();
  expect((await read('a', 'data'))?.['data']).toEqual({ text: 'a', words: 1 });
});

test('what is pending has no content', async () => {
  const { read } = await setUp();
  expect(await read('p', 'text')).toBeNull();
});
