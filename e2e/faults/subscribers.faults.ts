import { once } from 'node:events';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { expectWhole } from './harness/oracle.ts';
import { ledger, runFaultSystem, system } from './harness/suite.ts';
import { type Work, workOn } from './harness/work.ts';

let work: Work;

runFaultSystem();
beforeEach(async () => {
  work = workOn([ledger]);
  await work.goesOn();
});

async function expectNothingMissed(): Promise<void> {
  await work.goesOn();
  await work.stop();
  await expectWhole(system, ledger);
}

/** A subscription over a bare WebSocket, whose owner then does as it likes with it. */
async function subscribe(autoPong: boolean): Promise<WebSocket> {
  const url = `${system.urls.gateway.replace('http', 'ws')}/graphql`;
  const socket = new WebSocket(url, 'graphql-transport-ws', { autoPong });
  socket.on('error', () => undefined);
  await once(socket, 'open');
  const payload = { authorization: `Bearer ${ledger.client.token}` };
  socket.send(JSON.stringify({ type: 'connection_init', payload }));
  await once(socket, 'message');
  const query =
    'subscription { blobChanged { cursor blob { title preview content { ... on UserBlob { body } } } } }';
  socket.send(JSON.stringify({ type: 'subscribe', id: '1', payload: { query } }));
  return socket;
}

describe('live subscribers', () => {
  it.each(['kill -9', 'a restart in order'] as const)('through %s of the gateway', async (how) => {
    if (how === 'kill -9') await system.process('gateway').kill();
    await system.restart('gateway');
    await expectNothingMissed();
    expect(ledger.follower.breaks).toBeGreaterThan(0);
  });

  it.each(['state', 'events', 'text-expansion'] as const)(
    'through kill -9 of the %s service',
    async (service) => {
      await system.process(service).kill();
      await system.restart(service);
      await expectNothingMissed();
      expect(ledger.follower.breaks).toBe(0);
    },
  );

  it.each([
    ['that is half-open', () => subscribe(false)],
    [
      'that never reads',
      async () => {
        const socket = await subscribe(true);
        socket.pause();
        return socket;
      },
    ],
  ])('are not disturbed by one %s, which is cut off in the end', async (_name, open) => {
    const socket = await open();
    await work.goesOn();
    await vi.waitFor(
      () => {
        // Who reads nothing notices by what it sends.
        socket.ping(undefined, undefined, () => undefined);
        expect(socket.readyState).not.toBe(WebSocket.OPEN);
      },
      { timeout: 60_000, interval: 500 },
    );
    await expectNothingMissed();
    expect(ledger.follower.breaks).toBe(0);
  });
});
