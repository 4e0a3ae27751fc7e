import { expect, it } from 'vitest';
import { openTemporaryPglite } from '../../../platform/testing/pglite.ts';
import { createPostgresStateStore } from '../store/postgres/store.postgres.ts';
import { eraseUser } from './erasure-sweeper.ts';
import { depsOf, erasureOf, keepers, manualClock } from './recovery.fixture.ts';

const never = new AbortController().signal;

it('erases webhooks before and after all else, says so, and waits for them', async () => {
  const server = await openTemporaryPglite();
  try {
    const store = createPostgresStateStore(await server.database('state'));
    await store.prepare();
    const clock = manualClock();
    const steps: string[] = [];
    let isAway = true;
    const keeping = keepers();
    const deps = {
      ...depsOf(store, clock, {
        ...keeping.client,
        async eraseUser(target, userId) {
          steps.push('processor');
          return keeping.client.eraseUser(target, userId);
        },
      }),
      webhooks: {
        async eraseUser(userId: string) {
          steps.push(`webhooks of ${userId}`);
          if (isAway) throw new Error('away');
        },
      },
    };
    await store.beginErasure(erasureOf('alice', clock.now()), clock.now());
    clock.pass(20_000);
    await eraseUser(deps, 'alice', never);
    expect(await store.erasure('alice')).toMatchObject({
      finishedAt: null,
      obstacle: 'No answer from events.',
    });
    expect(steps).toEqual(['webhooks of alice', 'processor', 'processor', 'webhooks of alice']);
    isAway = false;
    await eraseUser(deps, 'alice', never);
    const { stores, ...erasure } = (await store.erasure('alice')) ?? {};
    expect(erasure).toMatchObject({ finishedAt: clock.now(), obstacle: null });
    expect(stores).toContainEqual({ processorId: 'events', erasedAt: clock.now().toISOString() });
  } finally {
    await server.close();
  }
});
