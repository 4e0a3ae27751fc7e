import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished, vi } from 'vitest';
import { createEgress, guardedAgent } from '../egress/guarded-agent.ts';
import { fetchJwks, JWKS_PATH, jwksOf } from '../identity/keys/jwks.ts';
import { KeyDirectory, LocalKeys } from '../identity/keys/published.ts';
import { newServiceKey, readServiceKeys } from '../identity/keys/service-keys.ts';
import { testTokens } from '../testing/identity.ts';
import { systemClock } from '../time/clock.ts';
import { registeredKeys } from './registered-keys.ts';

const processor = (id: string, base_url: string, status: 'active' | 'retired' = 'active') => ({
  id,
  base_url,
  status,
});
const urls = { state: 'http://state', 'text-expansion': 'http://text-expansion' };
const newX = () => readServiceKeys(newServiceKey())[0].jwk.x;

it('keys of processors that only the registry knows are asked for at their registered addresses', async () => {
  const x = newX();
  const fetch = vi.fn(async (baseUrl: string) => {
    if (baseUrl.includes('away')) throw new Error('away');
    return [x];
  });
  const list = async () => [
    processor('summary', 'http://summary.internal'),
    processor('away', 'http://away.internal'),
    processor('retired', 'http://retired.internal', 'retired'),
    // Whoever registers in another's name does not become it.
    processor('text-expansion', 'http://evil.internal'),
    processor('state', 'http://evil.internal'),
  ];
  expect(await registeredKeys({ list, urls, fetch })()).toEqual([{ service: 'summary', x }]);
  expect(fetch.mock.calls.flat()).toEqual(['http://summary.internal', 'http://away.internal']);
});

it('such a processor is known by them, at addresses that may be called', async () => {
  const keys = readServiceKeys(newServiceKey());
  const server = createServer(({ url }, response) =>
    url === JWKS_PATH ? response.end(jwksOf([keys[0].jwk])) : response.writeHead(404).end(),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const verifierWhere = (production: boolean) => {
    const agent = guardedAgent(createEgress({ production, urls }), {});
    onTestFinished(() => agent.destroy());
    const others = new KeyDirectory({
      local: new LocalKeys(),
      urls,
      fetch: async () => [],
      registered: registeredKeys({
        list: async () => [processor('summary', baseUrl)],
        urls,
        fetch: (address) => fetchJwks(address, agent),
      }),
      clock: systemClock,
      logger: { warn: () => {} },
    });
    return testTokens('state', { others });
  };
  const summary = testTokens('summary', { keys: async () => keys });
  const route = 'POST /api/v1/runs/begin';
  const token = await summary.sign({ to: 'state', baseUrl: '', route, viewer: null });
  expect(await verifierWhere(false).verify(token, route)).toEqual({ service: 'summary', viewer: null });
  await expect(verifierWhere(true).verify(token, route)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
});
