import { expect, it, onTestFinished, vi } from 'vitest';
import { builtFile } from '../process/paths.ts';
import { IsolatedProcessDied, IsolatedRefusal, runIsolated } from './run.ts';

const FILE = builtFile('platform/isolated/testing/deeds.process.ts');

async function* bytes(...texts: string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text);
}

interface Options {
  readonly input?: AsyncIterable<Uint8Array>;
  readonly signal?: AbortSignal;
  readonly maxBytes?: number;
  readonly onProgress?: (done: number, stage: string) => void;
}

const run = (
  task: string,
  { input = bytes('in'), signal = new AbortController().signal, maxBytes = 2 ** 31, ...rest }: Options = {},
) => runIsolated(FILE, { task, input, signal, maxBytes, ...rest });

it('answers what was made of the input, and tells how far it is', async () => {
  const told: unknown[] = [];
  const onProgress = (...progress: unknown[]) => told.push(progress);
  expect(await run('echo', { input: bytes('one ', 'two'), onProgress })).toEqual({
    text: 'one two',
    bytes: new Uint8Array([1, 2, 3]),
  });
  expect(told).toEqual([[0.5, 'at it']]);
});

it('has nothing of the environment: no key, no address of a store', async () => {
  vi.stubEnv('S3_SECRET_ACCESS_KEY', 'secret');
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
  expect(Object.keys((await run('environment')) as object)).toEqual([]);
});

it('refuses its input by name', async () => {
  await expect(run('refuse')).rejects.toThrow(
    expect.objectContaining({ code: 'IMAGE_INVALID', message: 'No.' }),
  );
  await expect(run('refuse')).rejects.toThrow(IsolatedRefusal);
});

it.each([
  ['fail', /a fault/],
  ['crash', /SIGABRT/],
  ['exit', /exit code 3/],
  ['lie', /exit code 0/],
])('costs its own work alone: %s', async (deed, message) => {
  await expect(run(deed)).rejects.toThrow(message);
});

it('ends before it has more memory than it may', async () => {
  const eating = run('eat', { maxBytes: 200 * 1024 ** 2 });
  await expect(eating).rejects.toThrow(IsolatedProcessDied);
  await expect(eating).rejects.toMatchObject({ isOutOfMemory: true });
});

it.each(['hang', 'spin'])('is killed when its time is over, heed it or not: %s', async (deed) => {
  const ending = new AbortController();
  const working = run(deed, { signal: ending.signal, onProgress: () => ending.abort(new Error('over')) });
  await expect(working).rejects.toThrow('over');
});

it('does not begin after its time', async () => {
  await expect(run('echo', { signal: AbortSignal.abort(new Error('over')) })).rejects.toThrow('over');
});

it('ends with its input, when that fails', async () => {
  async function* failing() {
    yield Buffer.from('half');
    throw new Error('the store is away');
  }
  await expect(run('echo', { input: failing() })).rejects.toThrow('the store is away');
});

it('may end before it has read all of its input', async () => {
  async function* endless() {
    for (;;) yield Buffer.alloc(65_536);
  }
  await expect(run('exit', { input: endless(), maxBytes: 150 * 1024 ** 2 })).rejects.toThrow(
    IsolatedProcessDied,
  );
});
