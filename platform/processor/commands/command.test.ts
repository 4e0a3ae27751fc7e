import { expect, it, onTestFinished } from 'vitest';
import type { RunResult } from '../define.ts';
import { definition, openKit, startState } from '../processor.fixture.ts';
import { createCommands } from './command.ts';

it('a command whose run does not come to an end, and heeds no signal, is given up after its time', async () => {
  const state = await startState();
  onTestFinished(() => state.stop());
  const { kit, close } = await openKit({
    state: { ...state.client, sources: async () => [] },
    definition: {
      ...definition,
      limits: { concurrency: 1, seconds: 0.01 },
      commands: {
        shout: {
          payload: 'blob',
          parse: (input) => ({ input, idempotencyKey: null }),
          plan: async () => ({ sourceIds: [], plan: null }),
          run: () => new Promise<RunResult>(() => undefined),
        },
      },
    },
  });
  onTestFinished(close);
  const shout = createCommands(kit).get('shout');
  await expect(shout?.('alice', {})).rejects.toMatchObject({ code: 'PROCESSING_TIMEOUT' });
});
