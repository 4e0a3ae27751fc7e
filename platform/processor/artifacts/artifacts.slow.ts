import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { BlobgraphError } from '../../errors/errors.ts';
import { timeFor, withinTime } from '../../time/deadline.ts';
import { list, opened, openWorkshop, type Workshop } from './artifacts.fixture.ts';
import type { ArtifactDefinition } from './definition.ts';

let workshop: Workshop;
beforeAll(async () => {
  workshop = await openWorkshop();
});
afterAll(() => workshop?.close());

const blob = () => workshop.blob();
const setUp: Workshop['setUp'] = (...options) => workshop.setUp(...options);

describe('an artifact', () => {
  it('is made when it is first asked for, once, also when many ask at once', async () => {
    const { artifacts, make, runs } = setUp();
    const one = blob();
    expect(await list(artifacts, one)).toEqual([
      { name: 'markdown', state: 'MISSING', sizeBytes: null, error: null },
    ]);
    const all = await Promise.all(Array.from({ length: 8 }, () => opened(artifacts, one)));
    for (const { body, ...rest } of all) {
      expect(await text(body)).toBe(`As a file: ${one.data['text']}`);
      expect(rest).toMatchObject({ mediaType: 'text/plain', fileName: 'a.txt' });
    }
    expect(make).toHaveBeenCalledTimes(1);
    const sizeBytes = all[0]?.sizeBytes;
    expect(await list(artifacts, one)).toEqual([
      { name: 'markdown', state: 'READY', sizeBytes, error: null },
    ]);
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
    (await withinTime(100, () => opened(artifacts, blob()))).body.destroy();
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
    expect(await list(newer, one)).toMatchObject([{ state: 'MISSING' }]);
    expect(newer.etag(one, 'markdown')).not.toBe(artifacts.etag(one, 'markdown'));
    (await opened(newer, one)).body.destroy();
    expect(make).toHaveBeenCalledTimes(2);
    expect(runs().slice(2)).toEqual(['markdown PROCESSING 2', 'markdown COMPLETED 2']);
  });

  it('that cannot be made says so, to whoever asks and at the blob, and is tried again when its user wants it', async () => {
    let fails = true;
    const make = vi.fn(() => {
      if (fails) throw new BlobgraphError('PROCESSING_FAILED', 'No paper.');
      return 'printed';
    });
    const { artifacts, reports, runs } = setUp({ make });
    const one = blob();
    const error = { code: 'PROCESSING_FAILED', message: 'No paper.' };
    await expect(opened(artifacts, one)).rejects.toMatchObject(error);
    expect(reports.at(-1)).toMatchObject({ state: 'FAILED', artifact: 'markdown', error });
    expect(await list(artifacts, one)).toEqual([
      { name: 'markdown', state: 'FAILED', sizeBytes: null, error },
    ]);
    // The same would fail the same way: it is not tried, however often it is read.
    await expect(opened(artifacts, one)).rejects.toMatchObject(error);
    expect(make).toHaveBeenCalledTimes(1);
    fails = false;
    expect(await artifacts.request(one, 'markdown')).toMatchObject({ state: 'MAKING', error: null });
    expect(await text((await opened(artifacts, one)).body)).toBe('printed');
    expect(runs()).toContain('markdown COMPLETED 2');
  });

  it('whose failure may pass is tried again when it is read, after a pause that grows', async () => {
    let fails = true;
    const make = vi.fn(() => {
      if (fails) throw new BlobgraphError('SERVICE_UNAVAILABLE', 'Away.');
      return 'back';
    });
    const { artifacts, turn } = setUp({ make });
    const one = blob();
    const fail = () => expect(opened(artifacts, one)).rejects.toMatchObject({ message: 'Away.' });
    for (const pause of [0, 5_000, 30_000]) {
      turn(pause);
      const calls = make.mock.calls.length;
      await fail();
      expect(make).toHaveBeenCalledTimes(calls + 1);
    }
    await fail();
    expect(await artifacts.request(one, 'markdown')).toMatchObject({ state: 'FAILED' });
    expect(make).toHaveBeenCalledTimes(3);
    fails = false;
    turn(120_000);
    expect(await text((await opened(artifacts, one)).body)).toBe('back');
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
    expect(await list(artifacts, one)).toMatchObject([{ state: 'FAILED' }]);
  });

  it('is made also while the index is away, which hears of it once it is back', async () => {
    const { artifacts, leave, comeBack, runs } = setUp();
    onTestFinished(() => artifacts.stop());
    leave();
    expect(await text((await opened(artifacts, blob())).body)).toMatch(/^As a file/);
    comeBack();
    artifacts.start();
    await expect.poll(runs).toEqual(['markdown COMPLETED 1']);
  });

  it('is made in the background where that is asked for, once', async () => {
    const { artifacts, make } = setUp();
    const one = blob();
    const asked = await Promise.all(Array.from({ length: 4 }, () => artifacts.request(one, 'markdown')));
    expect(asked.every(({ state }) => state === 'MAKING' || state === 'READY')).toBe(true);
    await expect.poll(() => list(artifacts, one)).toMatchObject([{ state: 'READY' }]);
    expect(await artifacts.request(one, 'markdown')).toMatchObject({ state: 'READY' });
    expect(make).toHaveBeenCalledTimes(1);
    await expect(artifacts.request(one, 'epub')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('is made by one of several processes, and the others have it', async () => {
    const { make, open, runs } = setUp();
    const one = blob();
    const processes = [open(), open(), open()];
    const all = await Promise.all(processes.flatMap((each) => [opened(each, one), opened(each, one)]));
    for (const { body } of all) expect(await text(body)).toBe(`As a file: ${one.data['text']}`);
    expect(make).toHaveBeenCalledTimes(1);
    expect(runs()).toEqual(['markdown PROCESSING 1', 'markdown COMPLETED 1']);
  });

  it('that a process was asked for and did not live to make is made by another', async () => {
    const { artifacts, runs } = setUp();
    onTestFinished(() => artifacts.stop());
    const [asked, begun] = [blob(), blob()];
    const keys = [asked, begun].map(({ id }) => ({ blobId: id, name: 'markdown', version: '1' }));
    const past = new Date(Date.now() - 60_000);
    for (const key of keys) await workshop.journal.ask(key, { userId: 'alice', now: past, again: false });
    for (const key of keys.slice(1))
      await workshop.journal.claim(key, { holder: 'dead', now: past, until: past, attempts: 0 });
    artifacts.start();
    for (const one of [asked, begun])
      await expect.poll(() => list(artifacts, one)).toMatchObject([{ state: 'READY' }]);
    expect(runs()).toContain('markdown COMPLETED 2');
  });

  it('that a process stored and did not live to say so is not made again', async () => {
    const { artifacts, make } = setUp();
    const one = blob();
    (await opened(artifacts, one)).body.destroy();
    await workshop.journal.erase([one.id]);
    const key = { blobId: one.id, name: 'markdown', version: '1' };
    const past = new Date(Date.now() - 60_000);
    await workshop.journal.ask(key, { userId: 'alice', now: past, again: false });
    await workshop.journal.claim(key, { holder: 'dead', now: past, until: past, attempts: 0 });
    await artifacts.request(one, 'markdown');
    await expect.poll(() => list(artifacts, one)).toMatchObject([{ state: 'READY' }]);
    expect(make).toHaveBeenCalledTimes(1);
  });

  it('in whose making process after process ends is given up', async () => {
    const { artifacts, make } = setUp();
    const one = blob();
    const key = { blobId: one.id, name: 'markdown', version: '1' };
    const past = new Date(Date.now() - 60_000);
    await workshop.journal.ask(key, { userId: 'alice', now: past, again: false });
    for (let count = 0; count < 3; count += 1)
      await workshop.journal.claim(key, { holder: 'dead', now: past, until: past, attempts: 0 });
    await expect(opened(artifacts, one)).rejects.toMatchObject({ code: 'PROCESSING_FAILED' });
    expect(await list(artifacts, one)).toMatchObject([{ state: 'FAILED' }]);
    expect(make).not.toHaveBeenCalled();
  });

  it('is given up when its process stops, for another to take at once', async () => {
    const { artifacts, make, open } = setUp({}, 30);
    const one = blob();
    make.mockImplementationOnce(() => new Promise(() => undefined));
    await artifacts.request(one, 'markdown');
    await expect.poll(() => make.mock.calls.length).toBe(1);
    await artifacts.stop();
    expect(await text((await opened(open(), one)).body)).toMatch(/^As a file/);
  });

  it('of before there was a journal is entered at the start', async () => {
    const { artifacts, make } = setUp();
    onTestFinished(() => artifacts.stop());
    const one = blob();
    const { body, sizeBytes } = await opened(artifacts, one);
    body.destroy();
    await workshop.journal.erase([one.id]);
    artifacts.start();
    await expect.poll(() => list(artifacts, one)).toMatchObject([{ state: 'READY', sizeBytes }]);
    expect(make).toHaveBeenCalledTimes(1);
  });

  it('whose object was lost is made again', async () => {
    const { artifacts, make } = setUp();
    const one = blob();
    (await opened(artifacts, one)).body.destroy();
    await workshop.objects.deletePrefix(one.id);
    expect(await text((await opened(artifacts, one)).body)).toMatch(/^As a file/);
    expect(make).toHaveBeenCalledTimes(2);
  });

  it('is read in part, and told of without its bytes', async () => {
    const { artifacts } = setUp();
    const one = blob();
    const { sizeBytes } = await artifacts.head(one, 'markdown');
    const part = await artifacts.open(one, 'markdown', { start: 3, end: 8 });
    expect([await text(part.body), part.sizeBytes]).toEqual(['a file', sizeBytes]);
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
    expect(await workshop.objects.list(one.id, { limit: 10 })).toEqual([]);
    expect(await list(artifacts, other)).toMatchObject([{ state: 'READY' }]);
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
    expect(await workshop.objects.list(one.id, { limit: 10 })).toEqual([]);
  });

  it('that a crash left of a deleted blob is swept up at the next start', async () => {
    const { artifacts, gone } = setUp();
    const [one, other] = [blob(), blob()];
    for (const each of [one, other]) (await opened(artifacts, each)).body.destroy();
    gone.add(one.id);
    artifacts.start();
    onTestFinished(() => artifacts.stop());
    await expect.poll(() => workshop.objects.list(one.id, { limit: 10 })).toEqual([]);
    expect(await list(artifacts, other)).toMatchObject([{ state: 'READY' }]);
  });

  it('has its blob read only to be made', async () => {
    const { artifacts, find } = setUp({ needs: ['text'] });
    const one = blob();
    for (let count = 0; count < 3; count += 1) (await opened(artifacts, one)).body.destroy();
    expect(find.mock.calls).toEqual([[one.id, new Set(['text'])]]);
  });

  it('that takes too long fails by name, whether it heeds its signal or not', async () => {
    const make = vi.fn<ArtifactDefinition['make']>(() => new Promise(() => {}));
    const { artifacts, open, reports } = setUp({ make }, 0.05);
    const one = blob();
    await expect(opened(artifacts, one)).rejects.toMatchObject({ code: 'PROCESSING_TIMEOUT' });
    expect(reports.at(-1)).toMatchObject({ state: 'FAILED', error: { code: 'PROCESSING_TIMEOUT' } });
    make.mockReturnValueOnce('now');
    expect(await text((await opened(open('1', 30), one)).body)).toBe('now');
  });

  it('that fails half-way leaves nothing', async () => {
    async function* half() {
      yield Buffer.from('half');
      throw new Error('a fault of ours');
    }
    const { artifacts } = setUp({ make: () => half() });
    const one = blob();
    await expect(opened(artifacts, one)).rejects.toThrow('a fault of ours');
    expect(await workshop.objects.list(one.id, { limit: 10 })).toEqual([]);
  });

  it('is not erased by ids that are none', async () => {
    const { artifacts } = setUp();
    const one = blob();
    (await opened(artifacts, one)).body.destroy();
    await artifacts.erase(['', '..', 'a/b']);
    expect(await list(artifacts, one)).toMatchObject([{ state: 'READY' }]);
  });
});
