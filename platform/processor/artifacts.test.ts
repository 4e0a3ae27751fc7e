import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { ProcessingReport } from '../clients/state.ts';
import { systemClock } from '../clock.ts';
import { timeFor, withinTime } from '../deadline.ts';
import { BlobgraphError } from '../errors.ts';
import { createLogger } from '../logger.ts';
import type { ObjectStore } from '../objects/objects.ts';
import { openTemporaryObjects } from '../testing/objects.ts';
import { type ArtifactDefinition, type Artifacts, createArtifacts } from './artifacts.ts';
import { record as newRecord } from './processor.fixture.ts';
import { type BlobRecord, storedAs } from './record.ts';

let objects: ObjectStore;
beforeAll(async () => {
  objects = await openTemporaryObjects();
});
afterAll(() => objects?.close());

let serial = 0;
const blob = () => {
  const made = newRecord(`source-${++serial}`);
  return storedAs(made, made.describe({}));
};

const opened = (artifacts: Artifacts, one: BlobRecord, name = 'markdown') =>
  artifacts.open(one.id, name, async () => one);

function setUp(over: Partial<ArtifactDefinition> = {}, seconds = 30) {
  const make = vi.fn<ArtifactDefinition['make']>(({ data }) => `As a file: ${data['text']}`);
  const markdown = { version: '1', mediaType: 'text/plain', fileName: () => 'a.txt', make, ...over };
  const reports: ProcessingReport[] = [];
  const gone = new Set<string>();
  let away = false;
  const open = (version = markdown.version) =>
    createArtifacts({
      processorId: 'upper-case',
      opened: {},
      definitions: { markdown: { ...markdown, version } },
      seconds,
      objects,
      records: { existing: async (ids) => ids.filter((id) => !gone.has(id)) },
      state: {
        async report(_userId, report) {
          if (away) throw new BlobgraphError('SERVICE_UNAVAILABLE', 'Away.');
          reports.push(report);
        },
      },
      clock: systemClock,
      logger: createLogger('silent'),
    });
  const runs = () => reports.map(({ state, attempt, artifact }) => `${artifact} ${state} ${attempt}`);
  return {
    artifacts: open(),
    open,
    make,
    reports,
    runs,
    gone,
    leave() {
      away = true;
    },
  };
}

describe('an artifact', () => {
  it('is made when it is first asked for, once, also when many ask at once', async () => {
    const { artifacts, make, runs } = setUp();
    const one = blob();
    expect(await artifacts.list(one.id)).toEqual([{ name: 'markdown', state: 'MISSING', sizeBytes: null }]);
    const all = await Promise.all(Array.from({ length: 8 }, () => opened(artifacts, one)));
    for (const { body, ...rest } of all) {
      expect(await text(body)).toBe(`As a file: ${one.data['text']}`);
      expect(rest).toMatchObject({ mediaType: 'text/plain', fileName: 'a.txt' });
    }
    expect(make).toHaveBeenCalledTimes(1);
    const sizeBytes = all[0]?.sizeBytes;
    expect(await artifacts.list(one.id)).toEqual([{ name: 'markdown', state: 'READY', sizeBytes }]);
    expect(runs()).toEqual(['markdown PROCESSING 1', 'markdown COMPLETED 1']);
  });

  it('is made for others too, so the time of who asked first does not cut what it tells', async () => {
    const times: number[] = [];
    const { artifacts } = setUp({
      make: () => {
        times.push(timeFor(10_000));
        return 'made';
      },
    });
    (await withinTime(100, () => artifacts.open(blob().id, 'markdown', async () => blob()))).body.destroy();
    expect(times).toEqual([10_000]);
  });

  it('tells how far it is, and what it is at', async () => {
    const { artifacts, reports } = setUp({
      make: (_record, { onProgress }) => {
        onProgress(0.5, 'binding');
        return 'bound';
      },
    });
    (await opened(artifacts, blob())).body.destroy();
    await expect
      .poll(() => reports)
      .toContainEqual(expect.objectContaining({ state: 'PROCESSING', progress: 0.5, stage: 'binding' }));
  });

  it('of another version of its renderer is made anew, as the next attempt', async () => {
    const { artifacts, open, make, runs } = setUp();
    const one = blob();
    (await opened(artifacts, one)).body.destroy();
    const newer = open('2');
    expect(await newer.list(one.id)).toMatchObject([{ state: 'MISSING' }]);
    expect(newer.etag(one, 'markdown')).not.toBe(artifacts.etag(one, 'markdown'));
    (await opened(newer, one)).body.destroy();
    expect(make).toHaveBeenCalledTimes(2);
    expect(runs().slice(2)).toEqual(['markdown PROCESSING 2', 'markdown COMPLETED 2']);
  });

  it('that cannot be made says so, to whoever asks and at the blob, and is tried when asked for again', async () => {
    let fails = true;
    const { artifacts, reports } = setUp({
      make: () => {
        if (fails) throw new BlobgraphError('PROCESSING_FAILED', 'No paper.');
        return 'printed';
      },
    });
    const one = blob();
    await expect(opened(artifacts, one)).rejects.toMatchObject({ message: 'No paper.' });
    expect(reports.at(-1)).toMatchObject({
      state: 'FAILED',
      artifact: 'markdown',
      error: { code: 'PROCESSING_FAILED', message: 'No paper.' },
    });
    fails = false;
    expect(await text((await opened(artifacts, one)).body)).toBe('printed');
  });

  it.each([
    ['whose making', () => new Promise<never>(() => undefined)],
    [
      'whose bytes',
      async function* () {
        yield Buffer.from('and then ');
        yield await new Promise<never>(() => undefined);
      },
    ],
  ])('%s does not come to an end is given up after its time', async (_, make) => {
    const { artifacts, reports } = setUp({ make }, 0.01);
    const one = blob();
    await expect(opened(artifacts, one)).rejects.toMatchObject({ code: 'PROCESSING_TIMEOUT' });
    expect(reports.at(-1)).toMatchObject({ state: 'FAILED', error: { code: 'PROCESSING_TIMEOUT' } });
    expect(await artifacts.list(one.id)).toMatchObject([{ state: 'MISSING' }]);
  });

  it('is made also while the index is away', async () => {
    const { artifacts, leave } = setUp();
    leave();
    expect(await text((await opened(artifacts, blob())).body)).toMatch(/^As a file/);
  });

  it.each(['epub', '../markdown', '__proto__', ''])('there is none called %j', async (name) => {
    const { artifacts } = setUp();
    await expect(opened(artifacts, blob(), name)).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: 'There is `markdown` of it, and no other.',
    });
  });

  it('goes with its blob', async () => {
    const { artifacts } = setUp();
    const [one, other] = [blob(), blob()];
    for (const each of [one, other]) (await opened(artifacts, each)).body.destroy();
    await artifacts.erase([one.id]);
    expect(await objects.list(one.id, { limit: 10 })).toEqual([]);
    expect(await artifacts.list(other.id)).toMatchObject([{ state: 'READY' }]);
  });

  it('of a blob that was deleted while it was made is not kept', async () => {
    const one = blob();
    const { artifacts, gone } = setUp({
      make: () => {
        gone.add(one.id);
        return 'too late';
      },
    });
    await expect(opened(artifacts, one)).rejects.toMatchObject({ code: 'BLOB_DELETED' });
    expect(await objects.list(one.id, { limit: 10 })).toEqual([]);
  });

  it('that a crash left of a deleted blob is swept up at the next start', async () => {
    const { artifacts, gone } = setUp();
    const [one, other] = [blob(), blob()];
    for (const each of [one, other]) (await opened(artifacts, each)).body.destroy();
    gone.add(one.id);
    artifacts.start();
    onTestFinished(() => artifacts.stop());
    await expect.poll(() => objects.list(one.id, { limit: 10 })).toEqual([]);
    expect(await artifacts.list(other.id)).toMatchObject([{ state: 'READY' }]);
  });

  it('has its blob read only to be made', async () => {
    const { artifacts } = setUp();
    const one = blob();
    const whole = vi.fn(async () => one);
    for (let count = 0; count < 3; count += 1)
      (await artifacts.open(one.id, 'markdown', whole)).body.destroy();
    expect(whole).toHaveBeenCalledTimes(1);
  });

  it('that takes too long fails by name, whether it heeds its signal or not', async () => {
    const make = vi.fn<ArtifactDefinition['make']>(() => new Promise(() => {}));
    const { artifacts, reports } = setUp({ make }, 0.05);
    const one = blob();
    await expect(opened(artifacts, one)).rejects.toMatchObject({ code: 'PROCESSING_TIMEOUT' });
    expect(reports.at(-1)).toMatchObject({ state: 'FAILED', error: { code: 'PROCESSING_TIMEOUT' } });
    make.mockReturnValueOnce('now');
    expect(await text((await opened(artifacts, one)).body)).toBe('now');
  });

  it('that fails half-way leaves nothing', async () => {
    async function* half() {
      yield Buffer.from('half');
      throw new Error('a fault of ours');
    }
    const { artifacts } = setUp({ make: () => half() });
    const one = blob();
    await expect(opened(artifacts, one)).rejects.toThrow('a fault of ours');
    expect(await objects.list(one.id, { limit: 10 })).toEqual([]);
  });

  it('is not erased by ids that are none', async () => {
    const { artifacts } = setUp();
    const one = blob();
    (await opened(artifacts, one)).body.destroy();
    await artifacts.erase(['', '..', 'a/b']);
    expect(await artifacts.list(one.id)).toMatchObject([{ state: 'READY' }]);
  });
});
