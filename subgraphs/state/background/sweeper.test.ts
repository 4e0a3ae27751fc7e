import { expect, it } from 'vitest';
import { createLogger } from '../../../platform/telemetry/logger.ts';
import { createSweeper } from './sweeper.ts';

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** A sweeper whose calls are held until they are let go, two at once. */
function setUp() {
  const calls: string[] = [];
  const held: (() => void)[] = [];
  const sweeper = createSweeper({
    what: 'testing',
    find: async () => [],
    work: (ids) => {
      calls.push(ids.join(' '));
      return new Promise((resolve) => held.push(resolve));
    },
    concurrency: 2,
    batch: 3,
    logger: createLogger('silent'),
  });
  const letGo = async () => {
    for (const go of held.splice(0)) go();
    await turn();
  };
  return { sweeper, calls, letGo };
}

it('works at the end of a turn on all that is nudged in it', async () => {
  const { sweeper, calls } = setUp();
  sweeper.nudge('a');
  sweeper.nudge('b');
  expect(calls).toEqual([]);
  await turn();
  expect(calls).toEqual(['a b']);
});

it('begins at once with what belongs together, and with what was nudged before', async () => {
  const { sweeper, calls } = setUp();
  sweeper.nudge('a');
  sweeper.begin(['b', 'c']);
  expect(calls).toEqual(['a b c']);
  await turn();
  expect(calls).toEqual(['a b c']);
});

it('takes together what comes while as many calls as may be are at work', async () => {
  const { sweeper, calls, letGo } = setUp();
  for (const id of ['a', 'b', 'c', 'd']) sweeper.begin([id]);
  expect(calls).toEqual(['a', 'b']);
  await letGo();
  expect(calls).toEqual(['a', 'b', 'c d']);
});

it('leaves an id to the call that is at work on it, and takes it again after that', async () => {
  const { sweeper, calls, letGo } = setUp();
  sweeper.begin(['a']);
  sweeper.begin(['a']);
  expect(calls).toEqual(['a']);
  await letGo();
  expect(calls).toEqual(['a', 'a']);
});

it('begins nothing once it was stopped', async () => {
  const { sweeper, calls } = setUp();
  await sweeper.stop();
  sweeper.begin(['a']);
  sweeper.nudge('b');
  await turn();
  expect(calls).toEqual([]);
});
