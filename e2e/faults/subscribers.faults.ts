import { once } from 'node:events';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { expectWhole } from './harness/oracle.ts';
import { runFaultSystem } from './harness/suite.ts';
import { type Work, workOn } from './harness/work.ts';

let work: Work;

const faults = runFaultSystem();
beforeEach(async () => {
  work = workOn([faults.ledger]);
  await work.goesOn();
});

async function expectNothingMissed(): Promise<void> {
  await work.goesOn();
  await work.stop();
  await expectWhole(faults.system, faults.ledger);
}

/** A subscription over a plain WebSocket. */
async function subscribe(autoPong: boolean): Promise<WebSocket> {
  const url = `${faults.system.urls.gateway.replace('http', 'ws')}/graphql`;
  const socket = new WebSocket(url, 'graphql-transport-ws', { autoPong });
  socket.on('error', () => undefined);
  await once(socket, 'open');
  const payload = { authorization: `Bearer ${faults.ledger.client.token}` };
  socket.send(JSON.stringify({ type: 'connection_init', payload }));
  await once(socket, 'message');
  const query =
    'subscription { blobChanged { cursor blob { title preview content { ... on UserBlob { body } } } } }';
  socket.send(JSON.stringify({ type: 'subscribe', id: '1', payload: { query } }));
  return socket;
}

/** How many the gateway has open. */
async function connections(): Promise<number> {
  const metrics = await fetch(`${faults.system.urls.gateway}/metrics`).then((answer) => answer.text());
  const [, open] = /^blobgraph_sockets_open(?:\{[^}]*\})? (\d+)$/m.exec(metrics) ?? [];
  return Number(open);
}

describe('live subscribers', () => {
  it.each(['kill -9', 'a restart in order'] as const)('through %s of the gateway', async (how) => {
    if (how === 'kill -9') await faults.system.process('gateway').kill();
    await faults.system.restart('gateway');
    await expectNothingMissed();
    expect(faults.ledger.follower.breaks).toBeGreaterThan(0);
  });

  it.each(['state', 'events', 'text-expansion'] as const)(
    'through kill -9 of the %s service',
    async (service) => {
      await faults.system.process(service).kill();
      await faults.system.restart(service);
      await expectNothingMissed();
      expect(faults.ledger.follower.breaks).toBe(0);
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
    const before = await connections();
    await open();
    await work.goesOn();
    expect(await connections()).toBe(before + 1);
    // The client itself would have to send something to notice, and would be alive.
    await vi.waitFor(async () => expect(await connections()).toBe(before), {
      timeout: 60_000,
      interval: 500,
    });
    await expectNothingMissed();
    expect(faults.ledger.follower.breaks).toBe(0);
  });
});
