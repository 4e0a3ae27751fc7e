import { expect, test } from 'vitest';
import { callsContract } from './calls.contract.ts';
import { overSockets } from './hop.fixture.ts';
import { streamsContract } from './streams.contract.ts';
import { textsContract } from './texts.contract.ts';

const hop = overSockets();
callsContract(hop);
streamsContract(hop);
textsContract(hop);

test('a service may stand below a path', async () => {
  const { url } = await hop.serve('summary', (request, response) =>
    response.end(JSON.stringify(request.url)),
  );
  const call = { method: 'GET', path: '/blobs', viewer: null } as const;
  const target = { id: 'summary', baseUrl: `${url}/base` };
  expect(await hop.client('gateway').call(target, call)).toBe('/base/blobs');
});
