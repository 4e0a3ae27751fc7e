import { expect, it, onTestFinished, vi } from 'vitest';
import { openMemoryRecords } from '../../testing/records.ts';
import { withinTime } from '../../time/deadline.ts';
import type { Run } from '../kit/run.ts';
import { ACTIVE } from '../kit/standing.ts';
import { records as define } from '../records/records.ts';
import { toRegistration } from '../runs/registrar.ts';
import {
  definition,
  idOf,
  type KitOptions,
  openKit,
  record,
  startState,
  upperCase,
} from '../testing/processor.fixture.ts';
import { createRebuilder } from './rebuilder.ts';

const kept = define('rebuilt', { store: 'redis', rebuildable: true });

/** A processor some of whose blobs are in the index and gone from its store. */
async function setUp({ run: code = upperCase, ...over }: { run?: Run<object> } & Partial<KitOptions> = {}) {
  const state = await startState();
  const { records, close } = await openMemoryRecords(kept);
  await records.prepare();
  const run = vi.fn(code);
  const own = { ...definition, records: kept, run };
  const { kit } = await openKit({ definition: own, state: state.client, records, ...over });
  onTestFinished(async () => {
    await state.stop();
    await close();
  });
  const drop = (id: string) => records.erase('alice', [id]);
  /** Stores and registers what is made of a blob, then drops it. */
  const lose = async (sourceId: string, generation = 0) => {
    const id = idOf(sourceId, generation);
    const { stored } = await records.insert(record(sourceId, { id, generation }));
    await state.client.register(toRegistration(stored, definition, 1));
    await drop(id);
    return id;
  };
  const read = (...ids: string[]) => kit.reader.byIds('alice', ids, 'all');
  return { state, records, run, kit, lose, drop, read };
}

it('what was dropped is made again, once, however many ask at once, and is then there', async () => {
  const { lose, read, run, records } = await setUp();
  const ids = [await lose('a'), await lose('b', 2)];
  const answers = await Promise.all(Array.from({ length: 5 }, () => read(...ids)));
  for (const answer of answers) expect([...answer.keys()].toSorted()).toEqual(ids.toSorted());
  expect(run).toHaveBeenCalledTimes(2);
  expect(await records.find(ids[1] ?? '', 'all')).toMatchObject({
    data: { text: 'TEXT OF B' },
    sourceIds: ['b'],
    generation: 2,
    createdAt: new Date('2026-01-31T12:00:00Z'),
    registration: 'registered',
  });
  await read(...ids);
  expect(run).toHaveBeenCalledTimes(2);
});

it('what is there costs no question, and what never was is not made', async () => {
  const { read, state, records, run } = await setUp();
  await records.insert(record('a'));
  expect([...(await read(idOf('a'))).keys()]).toEqual([idOf('a')]);
  expect(state.calls).toEqual([]);
  expect((await read(idOf('nothing'), '', "' OR true --")).size).toBe(0);
  expect(run).not.toHaveBeenCalled();
});

it('what was deleted is not made again, nor what is made of what was deleted', async () => {
  const { lose, read, run, state } = await setUp();
  const [itself, ofSource] = [await lose('a'), await lose('b')];
  state.delete(itself);
  state.delete('b');
  expect((await read(itself, ofSource)).size).toBe(0);
  expect(run).not.toHaveBeenCalled();
});

it('what is deleted while it is made does not stay', async () => {
  const made = await setUp({
    run: async (request, opened) => {
      made.state.delete('a');
      return upperCase(request, opened);
    },
  });
  const id = await made.lose('a');
  expect((await made.read(id)).size).toBe(0);
  expect(await made.records.find(id, 'all')).toBeNull();
});

it('who asked has only so much time; it is made all the same, and there for the next', async () => {
  let finish = () => {};
  const { lose, read, records, run } = await setUp({
    run: async (request, opened) => {
      await new Promise<void>((resolve) => {
        finish = resolve;
      });
      return upperCase(request, opened);
    },
  });
  const id = await lose('a');
  const late = withinTime(1_000, () => read(id));
  expect((await late).get(id)).toMatchObject({ code: 'DEADLINE_EXCEEDED' });
  finish();
  await expect.poll(() => records.find(id, new Set())).not.toBeNull();
  expect((await read(id)).get(id)).toMatchObject({ id });
  expect(run).toHaveBeenCalledTimes(1);
});

it('one that cannot be made says why, and the others are there', async () => {
  const { lose, read } = await setUp({
    run: async (request, opened) => {
      if (request.source.id === 'bad') throw new Error('a fault of ours');
      return upperCase(request, opened);
    },
  });
  const [bad, good] = [await lose('bad'), await lose('good')];
  const answer = await read(bad, good);
  expect(answer.get(bad)).toBeInstanceOf(Error);
  expect(answer.get(good)).toMatchObject({ id: good });
});

it('while the index is away, what is there is told, and of the rest that it cannot be', async () => {
  const { lose, read, records, state } = await setUp();
  const id = await lose('a');
  await records.insert(record('b'));
  state.fail((operation) => (operation === 'derivations' ? 'SERVICE_UNAVAILABLE' : undefined));
  const answer = await read(id, idOf('b'));
  expect(answer.get(id)).toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
  expect(answer.get(idOf('b'))).toMatchObject({ id: idOf('b') });
});

it('another version’s blob is not made again, for this one would make another', async () => {
  const { lose, kit } = await setUp();
  const id = await lose('a');
  const newer = createRebuilder({ ...kit, definition: { ...kit.definition, version: '2' } });
  expect((await newer.byIds('alice', [id], 'all')).get(id)).toMatchObject({ code: 'CONTENT_MISSING' });
});

it('a paused processor makes nothing again', async () => {
  const { lose, read } = await setUp({ standing: () => ({ ...ACTIVE, status: 'paused' }) });
  const id = await lose('a');
  expect((await read(id)).get(id)).toMatchObject({ code: 'PROCESSOR_PAUSED' });
});

it('many are made a few at a time, and the index is asked once for all', async () => {
  let [atOnce, most] = [0, 0];
  const { lose, read, state, run } = await setUp({
    run: async (request, opened) => {
      atOnce += 1;
      most = Math.max(most, atOnce);
      const result = await upperCase(request, opened);
      atOnce -= 1;
      return result;
    },
  });
  const ids = await Promise.all(Array.from({ length: 60 }, (_, index) => lose(`source-${index}`)));
  state.calls.length = 0;
  expect((await read(...ids)).size).toBe(60);
  expect(run).toHaveBeenCalledTimes(60);
  expect(most).toBeLessThanOrEqual(definition.limits.concurrency);
  // One for all of them, and one for each once it is stored.
  expect(state.calls.filter((call) => call === 'derivations')).toHaveLength(61);
});
