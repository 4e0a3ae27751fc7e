import { describe, expect, it } from 'vitest';
import { BlobgraphError } from '../../errors/errors.ts';
import { unauthenticated } from '../../identity/service/service-tokens.ts';
import { TEST_SECRET, testTokens } from '../../testing/identity.ts';
import { authenticateService, bearerToken, requireOperator, requireViewer } from './authenticate.ts';

const ROUTE = 'POST /graphql';
/** Knows the one token `of-alice`. */
const userTokens = {
  acceptedUntil: () => new Date(),
  verify: async (token: string) => {
    if (token !== 'of-alice') throw unauthenticated();
    return { userId: 'alice', roles: ['operator'] };
  },
};
const UNAUTHENTICATED = { name: 'BlobgraphError', code: 'UNAUTHENTICATED' };
const ask = (headers: Record<string, string | string[]>) =>
  authenticateService(headers as Record<string, string>, ROUTE, {
    serviceTokens: testTokens('state'),
    userTokens,
  });

const alice = { userId: 'alice', roles: ['operator'] };
const tokenOf = (service: string, viewer: typeof alice | null, to = 'state') =>
  testTokens(service).sign({ to, baseUrl: '', route: ROUTE, viewer });

describe('who asks a subgraph', () => {
  it.each([{ viewer: alice }, { viewer: null }])(
    'a service, by its signed identity: $viewer',
    async ({ viewer }) => {
      const authorization = `Bearer ${await tokenOf('gateway', viewer)}`;
      expect(await ask({ authorization })).toEqual({ service: 'gateway', viewer });
    },
  );

  it('a processor cannot give a user roles', async () => {
    const authorization = `Bearer ${await tokenOf('text-expansion', alice)}`;
    expect(await ask({ authorization })).toEqual({
      service: 'text-expansion',
      viewer: { userId: 'alice', roles: [] },
    });
  });

  it('a router, by the routers’ secret, on behalf of a user', async () => {
    const secret = { 'x-service-secret': TEST_SECRET };
    expect(await ask({ ...secret, authorization: 'Bearer of-alice' })).toEqual({
      service: 'router',
      viewer: alice,
    });
  });

  it('nobody else', async () => {
    const service = await tokenOf('gateway', null);
    const elsewhere = await tokenOf('gateway', alice, 'schemas');
    const refused: Record<string, string | string[]>[] = [
      {},
      { authorization: '' },
      { authorization: 'Bearer' },
      { authorization: 'Bearer ' },
      { authorization: `Basic ${service}` },
      { authorization: service },
      { authorization: `Bearer ${service} ${service}` },
      { authorization: `Bearer ${elsewhere}` },
      // A user's own token alone lets nobody in here.
      { authorization: 'Bearer of-alice' },
      { 'x-service-secret': '', authorization: 'Bearer of-alice' },
      { 'x-service-secret': 'wrong', authorization: 'Bearer of-alice' },
      { 'x-service-secret': [TEST_SECRET, TEST_SECRET], authorization: 'Bearer of-alice' },
      // A wrong secret is not made good by a right identity, nor the other way round.
      { 'x-service-secret': 'wrong', authorization: `Bearer ${service}` },
      { 'x-service-secret': TEST_SECRET, authorization: `Bearer ${service}` },
      { 'x-service-secret': TEST_SECRET, authorization: 'Bearer of-bob' },
      { 'x-service-secret': TEST_SECRET, authorization: '' },
      // A router has no business of its own.
      { 'x-service-secret': TEST_SECRET },
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
