import type { ServerResponse } from 'node:http';
import { expect, it, onTestFinished } from 'vitest';
import { AT_ONCE } from '../http/transport.ts';
import { LocalServices } from '../local/services.ts';
import { createLocalTransport } from '../local/transport.ts';
import { callsContract } from './calls.contract.ts';
import { withinProcess } from './hop.fixture.ts';
import { streamsContract } from './streams.contract.ts';
import { textsContract } from './texts.contract.ts';

const hop = withinProcess();
callsContract(hop);
streamsContract(hop);
textsContract(hop);

it('whoever waits for a place while the service closes is told at once, and the process goes on', async () => {
  const services = new LocalServices();
  const held: ServerResponse[] = [];
  const place = { name: 'state', baseUrl: 'http://127.0.0.1:9/state', registered: false };
  const close = services.open({
    name: place.name,
    url: place.baseUrl,
    handle: (_request, response) => void held.push(response),
  });
  const transport = createLocalTransport('gateway', services);
  onTestFinished(() => transport.close());
  const outgoing = { place, path: '/x', route: 'GET /x', viewer: null, headers: {}, body: undefined };
  const calls = Array.from({ length: AT_ONCE.calls + 2 }, () =>
    transport.exchange({ ...outgoing, method: 'GET' }, { timeoutMs: 60_000 }),
  );
  const late = Promise.allSettled(calls.slice(AT_ONCE.calls));
  const closed = close();
  held[0]?.end('first');
  expect(await late).toEqual(
    Array(2).fill({
      status: 'rejected',
      reason: new Error(`No service of this process is open at ${place.baseUrl}`),
    }),
  );
  for (const response of held) response.end('');
  await closed;
  expect((await Promise.all(calls.slice(0, AT_ONCE.calls))).map(({ status }) => status)).toEqual(
    Array(AT_ONCE.calls).fill(200),
  );
});
