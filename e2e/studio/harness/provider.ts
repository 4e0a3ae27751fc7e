import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair } from 'jose';
import Provider from 'oidc-provider';

/** An OpenID provider with pages of its own, where anybody is let in by the name that they give. */
export interface OpenIdProvider {
  readonly issuer: string;
  /** Makes it know the page of a gateway, and answer. */
  serve(gateway: string): Promise<void>;
  /** Refresh tokens that were used so far. */
  readonly renewals: number;
  /** Nobody is answered until {@link OpenIdProvider.mend}. */
  cut(): void;
  mend(): void;
  close(): Promise<void>;
}

export const AUDIENCE = 'https://graph.example.com';
/** Seconds that an access token lasts: short, so that a test sees some of them. */
export const TOKEN_SECONDS = 20;

type Answer = (request: IncomingMessage, response: ServerResponse) => unknown;

async function providerOf(issuer: string, gateway: string): Promise<Provider> {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  const page = `${gateway}/studio/`;
  return new Provider(issuer, {
    clients: [
      {
        client_id: 'studio',
        token_endpoint_auth_method: 'none',
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        redirect_uris: [page],
        post_logout_redirect_uris: [page],
      },
    ],
    jwks: { keys: [{ ...(await exportJWK(privateKey)), alg: 'RS256', use: 'sig', kid: 'one' }] },
    cookies: { keys: ['of the tests'] },
    clientBasedCORS: () => true,
    issueRefreshToken: async () => true,
    extraTokenClaims: async (_context, token) =>
      'accountId' in token && token.accountId === 'operator' ? { roles: ['operator'] } : {},
    findAccount: async (_context, sub) => ({ accountId: sub, claims: async () => ({ sub }) }),
    features: {
      revocation: { enabled: true },
      rpInitiatedLogout: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: async () => ({
          scope: '',
          audience: AUDIENCE,
          accessTokenTTL: TOKEN_SECONDS,
          accessTokenFormat: 'jwt',
          jwt: { sign: { alg: 'RS256' } },
        }),
        useGrantedResource: async () => true,
      },
    },
  });
}

/** Starts it; it answers nothing but errors before it is told of a gateway. */
export async function startProvider(): Promise<OpenIdProvider> {
  let answer: Answer = (_request, response) => response.writeHead(503).end();
  let isCut = false;
  let renewals = 0;
  const server = createServer((request, response) => {
    if (isCut) return void request.socket.destroy();
    void answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    issuer,
    async serve(gateway) {
      const provider = await providerOf(issuer, gateway);
      provider.on('grant.success', ({ oidc: { params } }) => {
        if (params?.['grant_type'] === 'refresh_token') renewals += 1;
      });
      answer = provider.callback();
    },
    get renewals() {
      return renewals;
    },
    cut() {
      isCut = true;
      server.closeAllConnections();
    },
    mend() {
      isCut = false;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
