import { afterAll, beforeAll, expect, it } from 'vitest';
import { type LiveRun, startLiveRun } from './live/run.ts';

/** A short form of `npm run soak:live`. */

const ROUNDS = 2;

let run: LiveRun;

beforeAll(async () => {
  run = await startLiveRun({ users: 2 });
});
afterAll(() => run?.close());

it('subscribers are told each change once, in order, while gateways, services and NATS are killed', {
  timeout: 600_000,
}, async () => {
  const again = (round: number) => round < ROUNDS;
  await run.kill({ services: ['state', 'text-expansion'], again });
  await run.expectNothingMissed();
  // Otherwise no kill had an effect.
  for (const { subscribers } of run.users)
    for (const { ends, name } of subscribers.slice(0, 4)) expect(ends.length, name).toBeGreaterThan(0);
});
