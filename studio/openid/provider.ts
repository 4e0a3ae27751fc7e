import * as oauth from 'oauth4webapi';
import type { OpenIdClient } from '../../gateway/studio/config.ts';
import { isJwt } from '../session/session.ts';
import { failureBy, NO_JWT, SignInFailed, UNKNOWN_STATE } from './failures.ts';
import type { Pending } from './pending.ts';

/** Tokens that a provider gives for a code, or a refresh token. */
export interface Tokens {
  readonly access: string;
  /** Gets the next; undefined where the provider gives none. */
  readonly refresh: string | undefined;
  /** Says to the provider whom to sign out. */
  readonly id: string | undefined;
  /** By this device's clock, in milliseconds since 1970. */
  readonly endsAt: number;
}

export interface OpenIdProvider {
  /** Where the browser is to go, and what must be known when it comes back. */
  begin(hash: string, isSilent: boolean): Promise<{ readonly url: URL; readonly pending: Pending }>;
  /** Takes the address that the browser came back with. @throws SignInFailed */
  finish(address: URL, pending: Pending | undefined): Promise<Tokens>;
  /** @throws SignInFailed */
  renew(tokens: Tokens): Promise<Tokens>;
  /** Tells the provider that a refresh token is not used any more; where it is away, the token ends by itself. */
  revoke(tokens: Tokens): Promise<void>;
  /** Where the browser is to go to sign out there; undefined where the provider has no such place. */
  signOutAddress(tokens: Tokens | undefined): URL | undefined;
}

const TIMEOUT_MS = 10_000;
const CLOCK_TOLERANCE_SECONDS = 60;

/** Where the provider sends the browser back to: the page itself. */
const redirectUri = (): string => new URL(import.meta.env.BASE_URL, location.origin).href;

/** The end by this device's clock, whatever that says: a lifetime is the same by every clock. */
const endOf = ({ expires_in: seconds }: oauth.TokenEndpointResponse, sentAt: number): number =>
  seconds === undefined ? Number.POSITIVE_INFINITY : sentAt + seconds * 1_000;

function tokensOf(answer: oauth.TokenEndpointResponse, sentAt: number, before?: Tokens): Tokens {
  if (!isJwt(answer.access_token)) throw new SignInFailed(NO_JWT);
  return {
    access: answer.access_token,
    refresh: answer.refresh_token ?? before?.refresh,
    id: answer.id_token ?? before?.id,
    endsAt: endOf(answer, sentAt),
  };
}

async function discovered({ issuer, server }: OpenIdClient): Promise<oauth.AuthorizationServer> {
  if (server) return Object.fromEntries(Object.entries(server)) as unknown as oauth.AuthorizationServer;
  const url = new URL(issuer);
  return oauth.processDiscoveryResponse(url, await oauth.discoveryRequest(url, insecureFor(issuer)));
}

/** Without TLS only where the issuer is configured so, as on a developer's machine. */
const insecureFor = (issuer: string) => ({
  [oauth.allowInsecureRequests]: issuer.startsWith('http:'),
  signal: () => AbortSignal.timeout(TIMEOUT_MS),
});

async function told<Result>(does: () => Promise<Result>): Promise<Result> {
  try {
    return await does();
  } catch (error) {
    throw failureBy(error);
  }
}

/** Speaks to the provider. @throws SignInFailed when it does not answer */
export async function openProvider(config: OpenIdClient): Promise<OpenIdProvider> {
  const server = await told(() => discovered(config));
  const client: oauth.Client = {
    client_id: config.clientId,
    [oauth.clockTolerance]: CLOCK_TOLERANCE_SECONDS,
  };
  const auth = oauth.None();
  const options = {
    ...insecureFor(config.issuer),
    additionalParameters: new URLSearchParams(config.parameters),
  };
  const hasIdToken = config.scope.split(/\s+/).includes('openid');

  return {
    async begin(hash, isSilent) {
      if (!server.authorization_endpoint) throw new SignInFailed('The provider has no page to sign in at.');
      const pending = {
        state: oauth.generateRandomState(),
        nonce: oauth.generateRandomNonce(),
        verifier: oauth.generateRandomCodeVerifier(),
        hash,
        isSilent,
      };
      const url = new URL(server.authorization_endpoint);
      const parameters = {
        ...config.parameters,
        client_id: config.clientId,
        redirect_uri: redirectUri(),
        response_type: 'code',
        scope: config.scope,
        state: pending.state,
        code_challenge: await oauth.calculatePKCECodeChallenge(pending.verifier),
        code_challenge_method: 'S256',
        ...(hasIdToken ? { nonce: pending.nonce } : {}),
        ...(isSilent ? { prompt: 'none' } : {}),
      };
      for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
      return { url, pending };
    },

    finish: (address, pending) =>
      told(async () => {
        if (!pending || address.searchParams.get('state') !== pending.state)
          throw new SignInFailed(UNKNOWN_STATE);
        const answer = oauth.validateAuthResponse(server, client, address, pending.state);
        const sentAt = Date.now();
        const response = await oauth.authorizationCodeGrantRequest(
          ...([server, client, auth, answer, redirectUri(), pending.verifier, options] as const),
        );
        const expected = hasIdToken ? { expectedNonce: pending.nonce, requireIdToken: true } : {};
        return tokensOf(
          await oauth.processAuthorizationCodeResponse(server, client, response, expected),
          sentAt,
        );
      }),

    renew: (tokens) =>
      told(async () => {
        const sentAt = Date.now();
        const response = await oauth.refreshTokenGrantRequest(
          ...([server, client, auth, tokens.refresh ?? '', options] as const),
        );
        return tokensOf(await oauth.processRefreshTokenResponse(server, client, response), sentAt, tokens);
      }),

    async revoke({ refresh }) {
      if (!server.revocation_endpoint || refresh === undefined) return;
      await oauth
        .revocationRequest(server, client, auth, refresh, insecureFor(config.issuer))
        .catch(() => undefined);
    },

    signOutAddress(tokens) {
      if (!server.end_session_endpoint) return undefined;
      const url = new URL(server.end_session_endpoint);
      url.searchParams.set('client_id', config.clientId);
      url.searchParams.set('post_logout_redirect_uri', redirectUri());
      if (tokens?.id) url.searchParams.set('id_token_hint', tokens.id);
      return url;
    },
  };
}
