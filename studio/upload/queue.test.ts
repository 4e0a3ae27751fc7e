import type { RequestUploadInput } from 'blobgraph/client';
import { expect, test, vi } from 'vitest';
import { isSendable, summaryOf, twinOf } from './entry.ts';
import type { ReadFile } from './file.ts';
import { UnusableFile } from './file.ts';
import { NotSent } from './put.ts';
import { type QueueDependencies, UploadQueue } from './queue.ts';

const SENT_AT = new Date('2026-05-01T12:00:00Z');
const blob = { id: 'blob', createdAt: '2026-05-01T12:00:01Z' };
const done = <Payload>(payload: Payload) => ({ payload, faults: [], userErrors: [] });
const fault = (code: string, field: string | null, message: string) => ({
  payload: undefined,
  faults: [message],
  userErrors: [{ code, field, message }],
});
const fileOf = (name: string) => new File([name], name);

/** A queue over functions that a test replaces; what it asked for. */
function queueOf(over: Partial<QueueDependencies> = {}) {
  const requested: RequestUploadInput[] = [];
  const queue = new UploadQueue({
    read: async (file): Promise<ReadFile> => ({
      sha256: String((file as File).name).padEnd(64, '0'),
      contentType: 'image/png',
    }),
    request: async (input) => {
      requested.push(input);
      return done({ upload: { id: input.idempotencyKey, url: '/put', method: 'PUT', headers: [] } });
    },
    put: async () => ({ at: SENT_AT }),
    complete: async () => done({ blob }),
    now: () => SENT_AT,
    ...over,
  });
  const stages = () => queue.entries().map(({ stage }) => stage.name);
  const settled = (...names: string[]) => vi.waitFor(() => expect(stages()).toEqual(names));
  return { queue, requested, stages, settled };
}

test('a file is read, waits for its user, and is sent', async () => {
  const { queue, requested, settled } = queueOf();
  queue.add([fileOf('a.png')]);
  await settled('ready');
  expect(requested).toEqual([]);
  const [entry] = queue.entries();
  queue.describe(entry?.id ?? '', { altText: 'A harbour' });
  queue.send();
  await settled('sent');
  expect(requested).toMatchObject([{ title: 'a', altText: 'A harbour', contentType: 'image/png' }]);
  expect(queue.entries()[0]?.stage).toEqual({ name: 'sent', blobId: 'blob', wasThere: false });
  queue.clearSent();
  expect(queue.entries()).toEqual([]);
});

test('one is read at a time, three are sent at once, and all of them arrive', async () => {
  let [reading, mostRead, sending, mostSent] = [0, 0, 0, 0];
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  const { queue, stages } = queueOf({
    async read(file) {
      reading += 1;
      mostRead = Math.max(mostRead, reading);
      await turn();
      reading -= 1;
      return { sha256: (file as File).name.padEnd(64, '0'), contentType: 'image/png' };
    },
    async put() {
      sending += 1;
      mostSent = Math.max(mostSent, sending);
      // However long reading the next takes, the first wait for it.
      await vi.waitFor(() => expect(mostSent).toBe(3), { timeout: 20_000 });
      await turn();
      sending -= 1;
      return { at: SENT_AT };
    },
  });
  queue.add(Array.from({ length: 200 }, (_, index) => fileOf(`${index}.png`)));
  queue.send();
  await vi.waitFor(() => expect(new Set(stages())).toEqual(new Set(['sent'])), { timeout: 20_000 });
  expect([mostRead, mostSent]).toEqual([1, 3]);
});

test('one that was cut off is sent again with the same key', async () => {
  let tries = 0;
  const { queue, requested, settled } = queueOf({
    async put() {
      tries += 1;
      if (tries === 1) throw new NotSent('The connection was cut.');
      return { at: SENT_AT };
    },
  });
  queue.add([fileOf('a.png')]);
  queue.send();
  await settled('failed');
  expect(queue.entries()[0]?.stage).toMatchObject({ reason: 'The connection was cut.', isFinal: false });
  queue.send();
  await settled('sent');
  expect(requested).toHaveLength(2);
  expect(requested[0]?.idempotencyKey).toBe(requested[1]?.idempotencyKey);
});

test('what is wrong with the details stands at its field, and changing it mends it', async () => {
  const answers = [fault('VALIDATION_FAILED', 'altText', 'It is too long.')];
  const { queue, settled } = queueOf({
    request: async () =>
      answers.shift() ?? done({ upload: { id: 'upload', url: '/put', method: 'PUT', headers: [] } }),
  });
  queue.add([fileOf('a.png')]);
  queue.send();
  await settled('failed');
  expect(queue.entries()[0]?.stage).toMatchObject({ field: 'altText', isFinal: false });
  queue.describe(queue.entries()[0]?.id ?? '', { altText: 'Shorter' });
  await settled('ready');
  queue.send();
  await settled('sent');
});

test.each([
  ['VALIDATION_FAILED', 'sizeBytes', true],
  ['UPLOAD_MISMATCH', 'uploadId', true],
  ['UPLOADS_EXCEEDED', null, false],
  ['OVERLOADED', null, false],
])('by %s of %s the file will never do: %s', async (code, field, isFinal) => {
  const { queue, settled } = queueOf({ complete: async () => fault(code, field, 'Why.') });
  queue.add([fileOf('a.png')]);
  queue.send();
  await settled('failed');
  const [entry] = queue.entries();
  expect(entry?.stage).toMatchObject({ reason: 'Why.', isFinal });
  expect(entry && isSendable(entry)).toBe(!isFinal);
});

test('a file of no use fails alone, and is not sent with the others', async () => {
  const { queue, requested, settled } = queueOf({
    async read(file) {
      if ((file as File).name === 'empty.png') throw new UnusableFile('This file is empty.');
      return { sha256: 'b'.repeat(64), contentType: 'image/png' };
    },
  });
  queue.add([fileOf('empty.png'), fileOf('b.png')]);
  await settled('failed', 'ready');
  queue.send();
  await settled('failed', 'sent');
  expect(requested.map(({ fileName }) => fileName)).toEqual(['b.png']);
  expect(summaryOf(queue.entries())).toMatchObject({ failed: 1, sent: 1, sendable: 0 });
});

test('one that is taken out while it is sent is broken off, and the next has its place', async () => {
  const aborted: string[] = [];
  const { queue, settled } = queueOf({
    put: (_request, file, _onProgress, signal) =>
      new Promise((resolve, reject) => {
        if ((file as File).name !== 'a.png') return resolve({ at: SENT_AT });
        signal.addEventListener('abort', () => {
          aborted.push((file as File).name);
          reject(signal.reason);
        });
      }),
  });
  queue.add([fileOf('a.png'), fileOf('b.png')]);
  queue.send();
  await settled('sending', 'sent');
  queue.remove(queue.entries()[0]?.id ?? '');
  await settled('sent');
  expect(aborted).toEqual(['a.png']);
});

test('a picture that was there before is told as one, by the server’s clock where it is known', async () => {
  const old = { id: 'old', createdAt: '2026-05-01T11:59:30Z' };
  const by = async (at: Date | undefined) => {
    const { queue, settled } = queueOf({
      put: async () => ({ at }),
      complete: async () => done({ blob: old }),
    });
    queue.add([fileOf('a.png')]);
    queue.send();
    await settled('sent');
    return queue.entries()[0]?.stage;
  };
  expect(await by(SENT_AT)).toMatchObject({ wasThere: true });
  // Half a minute may be the difference between two clocks.
  expect(await by(undefined)).toMatchObject({ wasThere: false });
});

test('the second of two equal files knows the first', async () => {
  const { queue, settled } = queueOf({
    read: async () => ({ sha256: 'c'.repeat(64), contentType: 'image/png' }),
  });
  queue.add([fileOf('a.png'), fileOf('b.png')]);
  await settled('ready', 'ready');
  const all = queue.entries();
  expect(all.map((entry) => twinOf(entry, all)?.file.name)).toEqual([undefined, 'a.png']);
});

test('who leaves breaks off what is under way, and nothing more is asked of the server', async () => {
  const complete = vi.fn(async () => done({ blob }));
  const put = vi.fn(
    (_request: unknown, _file: unknown, _progress: unknown, signal: AbortSignal) =>
      new Promise<never>((_, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason));
      }),
  );
  const { queue, requested, settled } = queueOf({ put, complete });
  queue.add([fileOf('a.png'), fileOf('b.png'), fileOf('c.png'), fileOf('d.png')]);
  await settled('ready', 'ready', 'ready', 'ready');
  queue.send();
  await settled('sending', 'sending', 'sending', 'waiting');
  queue.stop();
  await new Promise((resolve) => setImmediate(resolve));
  expect(queue.entries()).toEqual([]);
  expect(requested).toHaveLength(3);
  expect(complete).not.toHaveBeenCalled();
});
