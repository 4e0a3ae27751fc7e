import { expect, it } from 'vitest';
import type { ErrorCode } from '../../../../platform/errors/errors.ts';
import { entriesWith, ID, left, runsOf, setUpOn } from '../../lifecycle/walks.fixture.ts';
import { createPostgresStateStore } from '../../store/postgres/store.postgres.ts';
import { dependenciesOf } from '../../testing/dependencies.fixture.ts';
import { reprocess } from './reprocess.ts';
import { retryProcessing } from './retry.ts';

const setUp = () => setUpOn(createPostgresStateStore);

it.each(['PENDING', 'PROCESSING'] as const)(
  'a run that is %s and that nobody is at is asked for again',
  async (state) => {
    const { store, shared, clock } = await setUp();
    const processor = shared.processor;
    if (!processor) throw new Error('There is none');
    const deps = dependenciesOf(store, [processor], clock);
    const updatedAt = clock.now().toISOString();
    const [entry] = await entriesWith(store, [[left(state, { updatedAt })]]);
    if (!entry) throw new Error('There is none');
    const retry = () =>
      retryProcessing(deps, entry.userId, entry.id, ID).then(
        () => 'taken' as const,
        (error: { code: ErrorCode; message: string }) => [error.code, error.message],
      );
    const message = `The run is ${state}. It can be retried after 120 s without a report, or cancelled.`;
    expect(await retry()).toEqual(['RUN_UNDER_WAY', message]);
    shared.time += 120_000;
    expect(await retry()).toEqual(['RUN_UNDER_WAY', message]);
    shared.time += 1;
    expect(await retry()).toBe('taken');
    expect(await runsOf(store, [entry])).toEqual(['PENDING 2']);
    expect(await retry()).toMatchObject(['RUN_UNDER_WAY', expect.any(String)]);
  },
);

it('a run that is held, and any that is refused, takes no turn', async () => {
  const { store, shared, clock } = await setUp();
  if (!shared.processor) throw new Error('There is none');
  let taken = 0;
  const take = async () => {
    taken += 1;
    return [];
  };
  const deps = { ...dependenciesOf(store, [shared.processor], clock), turns: { take } };
  const updatedAt = clock.now().toISOString();
  const runs = [left('PENDING', { updatedAt, held: true }), left('PENDING', { updatedAt })];
  const [held, other] = await entriesWith(
    store,
    runs.map((run) => [run]),
  );
  if (!held || !other) throw new Error('There is none');
  shared.time += 600_000;
  await expect(retryProcessing(deps, held.userId, held.id, ID)).rejects.toMatchObject({
    code: 'RUN_UNDER_WAY',
    message: 'The run waits for its turn behind your others. It is made then, or can be cancelled.',
  });
  await expect(reprocess(deps, other.userId, other.id, ID)).rejects.toMatchObject({ code: 'RUN_UNDER_WAY' });
  expect(taken).toBe(0);
  await retryProcessing(deps, other.userId, other.id, ID);
  expect(taken).toBe(1);
});
