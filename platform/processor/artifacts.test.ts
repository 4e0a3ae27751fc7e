import { randomUUID } from 'node:crypto';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { ProcessingReport } from '../clients/state.ts';
import { systemClock } from '../clock.ts';
import { createLogger } from '../logger.ts';
import { openTemporaryObjects } from '../testing/objects.ts';
import { type ArtifactDefinition, createArtifacts } from './artifacts.ts';
import { record } from './processor.fixture.ts';
import { type BlobRecord, storedAs } from './record.ts';

/** Artifacts of a processor with one, in a folder of their own; every blob exists that was not deleted. */
async function setUp(own: Partial<ArtifactDefinition> = {}, seconds = 30) {
  const objects = await openTemporaryObjects();
  const deleted = new Set<string>();
  const reports: ProcessingReport[] = [];
  const make = vi.fn<ArtifactDefinition['make']>(own.make ?? (({ title }) => `The text of ${title}`));
  const file = { version: '1', mediaType: 'text/plain', fileName: () => 'Größe.txt', ...own, make };
  const artifacts = createArtifacts({
    processorId: 'upper-case',
    definitions: { file },
    seconds,
    objects,
    records: { existing: async (ids) => ids.filter((id) => !deleted.has(id)) },
    state: {
      report: async (_, report) => {
        reports.push(report);
      },
    },
    clock: systemClock,
    logger: createLogger('silent'),
  });
  onTestFinished(async () => {
    await artifacts.stop();
    await objects.close();
  });
  const blob: BlobRecord = storedAs(record('a', { id: randomUUID() }), { title: 'a', preview: '' });
  const whole = vi.fn(async (): Promise<BlobRecord | undefined> => blob);
  const open = () => artifacts.open(blob.id, 'file', whole);
  const states = () => reports.map(({ state, error }) => [state, ...(error ? [error.code] : [])].join(' '));
  return { artifacts, objects, deleted, blob, whole, make, open, states };
}

test('one is made once, also when many ask at once, and the blob is read for that alone', async () => {
  const { open, make, whole, states, artifacts, blob } = await setUp();
  expect(await artifacts.list(blob.id)).toEqual([{ name: 'file', state: 'MISSING', sizeBytes: null }]);
  const opened = await Promise.all([open(), open(), open()]);
  const again = await open();
  expect(await Promise.all([...opened, again].map(({ body }) => text(body)))).toEqual(
    Array(4).fill('The text of a'),
  );
  expect(again).toMatchObject({ fileName: 'Größe.txt', mediaType: 'text/plain', sizeBytes: 13 });
  expect([make.mock.calls.length, whole.mock.calls.length]).toEqual([1, 1]);
  expect(states()).toEqual(['PROCESSING', 'COMPLETED']);
  expect(await artifacts.list(blob.id)).toEqual([{ name: 'file', state: 'READY', sizeBytes: 13 }]);
});

test('one that takes too long fails by name, whether it heeds its signal or not, and may be asked for again', async () => {
  const { open, make, states, artifacts, blob } = await setUp({ make: () => new Promise(() => {}) }, 0.05);
  await expect(open()).rejects.toMatchObject({ code: 'PROCESSING_TIMEOUT' });
  expect(states()).toEqual(['PROCESSING', 'FAILED PROCESSING_TIMEOUT']);
  expect((await artifacts.list(blob.id))[0]?.state).toBe('MISSING');
  make.mockReturnValueOnce('now');
  expect(await text((await open()).body)).toBe('now');
});

test('one that fails half-way leaves nothing', async () => {
  async function* half() {
    yield Buffer.from('half');
    throw new Error('a fault of ours');
  }
  const { open, objects, states } = await setUp({ make: () => half() });
  await expect(open()).rejects.toThrow('a fault of ours');
  expect(await objects.list('', { limit: 10 })).toEqual([]);
  expect(states()).toEqual(['PROCESSING', 'FAILED PROCESSING_FAILED']);
});

test('nothing stays of a blob that is deleted meanwhile', async () => {
  const { open, objects, make, deleted, blob } = await setUp();
  make.mockImplementationOnce(() => {
    deleted.add(blob.id);
    return 'late';
  });
  await expect(open()).rejects.toMatchObject({ code: 'BLOB_DELETED' });
  expect(await objects.list('', { limit: 10 })).toEqual([]);
});

test('erasing removes what it is told to, and ids that are none remove nothing', async () => {
  const { open, objects, artifacts, blob } = await setUp();
  (await open()).body.destroy();
  await artifacts.erase(['', '..', 'a/b', randomUUID()]);
  expect(await objects.list('', { limit: 10 })).toHaveLength(1);
  await artifacts.erase([blob.id]);
  expect(await objects.list('', { limit: 10 })).toEqual([]);
});

test('what a crash left of a deleted blob is found at the start', async () => {
  const { open, objects, artifacts, deleted, blob } = await setUp();
  (await open()).body.destroy();
  deleted.add(blob.id);
  artifacts.start();
  await expect.poll(() => objects.list('', { limit: 10 })).toEqual([]);
});
