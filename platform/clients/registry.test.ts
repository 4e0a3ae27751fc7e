import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { BlobgraphError } from '../errors/errors.ts';
import {
  createProcessorCatalog,
  type ProcessorDeclaration,
  type ProcessorDocument,
  registerUntilDone,
} from './registry.ts';

const processor = (id: string, more: Partial<ProcessorDocument> = {}): ProcessorDocument => ({
  id,
  name: id,
  description: '',
  version: '1',
  storage_type: 'postgresql',
  database_name: id,
  input_schema_ids: ['text-input-v1'],
  readable_schema_ids: ['text-input-v1'],
  output_schema_id: 'out-v1',
  graphql_type: 'Out',
  base_url: 'http://127.0.0.1:1',
  health_endpoint: '/health',
  query_endpoint: '/graphql',
  event_subscriptions: ['blob.created'],
  takes: { 'blob.created': ['text-input-v1'] },
  opt_in_schema_ids: [],
  takes_versions: {},
  shown_as: null,
  versions: ['1'],
  max_concurrency: 4,
  timeout_seconds: 60,
  active: true,
  status: 'active',
  status_since: null,
  status_reason: null,
  retired_versions: [],
  canary: null,
  resting: [],
  canary_ended_at: null,
  created_at: '2026-01-01T00:00:00.000Z',
  ...more,
});

const unavailable = new BlobgraphError('SERVICE_UNAVAILABLE', 'away');

describe('processor catalog', () => {
  function setup() {
    let time = 0;
    const clock = { now: () => new Date(time), pass: (ms: number) => (time += ms) };
    const list = vi.fn<() => Promise<ProcessorDocument[]>>();
    const logger = { warn: vi.fn() };
    return { clock, list, logger, catalog: createProcessorCatalog({ registry: { list }, clock, logger }) };
  }
  const idsOf = (processors: readonly ProcessorDocument[]) => processors.map(({ id }) => id);

  it('gives the active processors that take the schema on the event', async () => {
    const { list, catalog } = setup();
    list.mockResolvedValue([
      processor('a'),
      processor('idle', { active: false }),
      processor('other-schema', { takes: { 'blob.created': ['message-v1'] } }),
      processor('other-event', { takes: { 'blob.indexed': ['text-input-v1'] } }),
      processor('on-demand', { takes: {} }),
      processor('z'),
    ]);
    expect(idsOf(await catalog.takers('text-input-v1', 'blob.created'))).toEqual(['a', 'z']);
    expect(idsOf(await catalog.takers('text-input-v1', 'blob.indexed'))).toEqual(['other-event']);
    expect((await catalog.get('idle'))?.id).toBe('idle');
    expect(await catalog.get('none')).toBeUndefined();
  });

  it('does not ask at every blob', async () => {
    const { list, catalog } = setup();
    list.mockResolvedValue([processor('a')]);
    for (let blob = 0; blob < 10; blob++) await catalog.takers('text-input-v1', 'blob.created');
    expect(list).toHaveBeenCalledTimes(1);
  });

  it('knows a processor that has just registered for the first time', async () => {
    const { list, catalog } = setup();
    list
      .mockResolvedValueOnce([])
      .mockResolvedValueOnce([])
      .mockResolvedValue([processor('a')]);
    expect(await catalog.takers('text-input-v1', 'blob.created')).toEqual([]);
    expect(idsOf(await catalog.takers('text-input-v1', 'blob.created'))).toEqual(['a']);
  });

  it('asks again before it gives one that does not fit: it may have registered under a new version', async () => {
    const { list, catalog } = setup();
    list.mockResolvedValueOnce([processor('a')]).mockResolvedValue([processor('a', { version: '2' })]);
    const fits = ({ version }: ProcessorDocument) => version === '2';
    expect((await catalog.get('a'))?.version).toBe('1');
    expect((await catalog.get('a', fits))?.version).toBe('2');
    expect((await catalog.get('a', fits))?.version).toBe('2');
    expect(list).toHaveBeenCalledTimes(2);
  });

  it('goes on with what it knows while the registry is away, and logs that', async () => {
    const { clock, list, logger, catalog } = setup();
    list.mockResolvedValueOnce([processor('a')]).mockRejectedValue(unavailable);
    await catalog.takers('text-input-v1', 'blob.created');
    clock.pass(1e9);
    expect(idsOf(await catalog.takers('text-input-v1', 'blob.created'))).toEqual(['a']);
    expect(await catalog.takers('note-v1', 'blob.created')).toEqual([]);
    expect(logger.warn).toHaveBeenCalled();
  });

  it('rejects when the registry never answered', async () => {
    const { list, catalog } = setup();
    list.mockRejectedValue(unavailable);
    await expect(catalog.takers('text-input-v1', 'blob.created')).rejects.toBe(unavailable);
  });
});

it('a catalog that is followed knows a change within a second, and asks as often, however much is asked of it', async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  let said = [processor('a')];
  const list = vi.fn(async () => said);
  const clock = { now: () => new Date() };
  const catalog = createProcessorCatalog({ registry: { list }, clock, logger: { warn: vi.fn() } });
  const following = catalog.follow();
  following.start();
  await vi.advanceTimersByTimeAsync(1_000);
  /** Requests in a second in which so many blobs come. */
  const requests = async (blobs: number) => {
    const before = list.mock.calls.length;
    for (let step = 0; step < 10; step += 1) {
      for (let blob = 0; blob < blobs / 10; blob += 1) {
        await catalog.takers('text-input-v1', 'blob.created');
        await catalog.get('a');
      }
      await vi.advanceTimersByTimeAsync(100);
    }
    return list.mock.calls.length - before;
  };
  const idle = await requests(0);
  expect(idle).toBeGreaterThanOrEqual(2);
  expect(idle).toBeLessThanOrEqual(3);
  expect(await requests(1_000)).toBeLessThanOrEqual(3);
  for (let change = 0; change < 5; change += 1) {
    said = [processor('a'), processor(`b-${change}`)];
    await vi.advanceTimersByTimeAsync(1_000);
    // It is there: nobody waits for it.
    expect(catalog.known()).toEqual(said);
    expect(await catalog.takers('text-input-v1', 'blob.created')).toHaveLength(2);
  }
  await following.stop();
});

describe('registerUntilDone', () => {
  const declaration = { id: 'a' } as ProcessorDeclaration;

  it('tries again, ever more slowly, until the registry takes it', async () => {
    const register = vi.fn<(given: ProcessorDeclaration) => Promise<void>>(async () => undefined);
    register.mockRejectedValueOnce(unavailable).mockRejectedValueOnce(unavailable);
    await registerUntilDone({ register }, declaration, new AbortController().signal);
    expect(register).toHaveBeenCalledTimes(3);
    expect(register).toHaveBeenCalledWith(declaration);
  });

  it('gives up when the declaration is refused', async () => {
    const refusal = new BlobgraphError('PROCESSOR_INVALID', '`id` is missing.', { field: 'id' });
    const register = vi.fn(async () => {
      throw refusal;
    });
    const signal = new AbortController().signal;
    await expect(registerUntilDone({ register }, declaration, signal)).rejects.toBe(refusal);
    expect(register).toHaveBeenCalledTimes(1);
  });

  it('stops waiting when it is told to', async () => {
    const stopping = new AbortController();
    const register = vi.fn(async () => {
      queueMicrotask(() => stopping.abort(new Error('stopped')));
      throw unavailable;
    });
    await expect(registerUntilDone({ register }, declaration, stopping.signal)).rejects.toThrow('stopped');
    expect(register).toHaveBeenCalledTimes(1);
  });
});
