import { describe, expect, it } from 'vitest';
import { systemClock } from '../clock.ts';
import { BlobgraphError } from '../errors.ts';
import { createServiceTokens, unauthenticated } from '../identity/service-tokens.ts';
import { authenticateService, bearerToken, requireOperator, requireViewer } from './authenticate.ts';

const SECRET = 'the secret that services share in tests';
const serviceTokens = createServiceTokens({ secret: SECRET, clock: systemClock });
/** Knows the one token `of-alice`. */
const userTokens = {
  verify: async (token: string) => {
    if (token !== 'of-alice') throw unauthenticated();
    return { userId: 'alice', roles: [] };
  },
};
const UNAUTHENTICATED = { name: 'BlobgraphError', code: 'UNAUTHENTICATED' };
const ask = (headers: Record<string, string | string[]>) =>
  authenticateService({ headers }, { serviceTokens, userTokens });

const alice = { userId: 'alice', roles: [] };

describe('who asks a subgraph', () => {
  it.each([{ viewer: { userId: 'alice', roles: ['operator'] } }, { viewer: null }])(
    'a service, by its signed identity: $viewer',
    async ({ viewer }) => {
      const caller = { service: 'gateway', viewer };
      const authorization = `Bearer ${await serviceTokens.sign(caller)}`;
      expect(await ask({ authorization })).toEqual(caller);
    },
  );

  it('a router, by the services’ secret, on behalf of a user or for itself', async () => {
    const secret = { 'x-service-secret': SECRET };
    expect(await ask({ ...secret, authorization: 'Bearer of-alice' })).toEqual({
      service: 'router',
      viewer: alice,
    });
    expect(await ask(secret)).toEqual({ service: 'router', viewer: null });
  });

  it('nobody else', async () => {
    const service = await serviceTokens.sign({ service: 'gateway', viewer: null });
    const foreign = await createServiceTokens({ secret: `${SECRET}!`, clock: systemClock }).sign({
      service: 'gateway',
      viewer: alice,
    });
    const refused: Record<string, string | string[]>[] = [
      {},
      { authorization: '' },
      { authorization: 'Bearer' },
      { authorization: 'Bearer ' },
      { authorization: `Basic ${service}` },
      { authorization: service },
      { authorization: `Bearer ${service} ${service}` },
      { authorization: `Bearer ${foreign}` },
      // A user's own token alone lets nobody in here.
      { authorization: 'Bearer of-alice' },
      { 'x-service-secret': '', authorization: 'Bearer of-alice' },
      { 'x-service-secret': 'wrong', authorization: 'Bearer of-alice' },
      { 'x-service-secret': [SECRET, SECRET], authorization: 'Bearer of-alice' },
      // A wrong secret is not made good by a right identity, nor the other way round.
      { 'x-service-secret': 'wrong', authorization: `Bearer ${service}` },
      { 'x-service-secret': SECRET, authorization: `Bearer ${service}` },
      { 'x-service-secret': SECRET, authorization: 'Bearer of-bob' },
      { 'x-service-secret': SECRET, authorization: '' },
    ];
    for (const headers of refused) await expect(ask(headers)).rejects.toMatchObject(UNAUTHENTICATED);
  });
});

it('the scheme’s case and spaces do not matter', () => {
  expect(['Bearer a.b-c_~+/=', 'bearer   a.b-c_~+/=', 'BEARER a.b-c_~+/='].map(bearerToken)).toEqual(
    Array(3).fill('a.b-c_~+/='),
  );
});

describe('what a call may do', () => {
  it('needs a user where it is a user’s', () => {
    expect(requireViewer({ service: 'gateway', viewer: alice })).toEqual(alice);
    expect(() => requireViewer({ service: 'gateway', viewer: null })).toThrow(
      expect.objectContaining(UNAUTHENTICATED),
    );
  });

  it('needs an operator where it is an operator’s', () => {
    const operator = { userId: 'olga', roles: ['operator'] };
    expect(requireOperator({ service: 'gateway', viewer: operator })).toEqual(operator);
    for (const roles of [[], ['Operator'], ['operators']]) {
      expect(() => requireOperator({ service: 'gateway', viewer: { userId: 'bob', roles } })).toThrow(
        expect.objectContaining({ code: 'FORBIDDEN' }),
      );
    }
    expect(() => requireOperator({ service: 'gateway', viewer: null })).toThrow(BlobgraphError);
  });
});
