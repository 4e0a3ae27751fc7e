import { z } from 'zod';
import type { Logger } from '../../platform/telemetry/logger.ts';
import type { OpenIdServer } from './config.ts';

const address = z.url({ protocol: /^https?$/ });

const discovered = z.object({
  issuer: z.string(),
  authorization_endpoint: address,
  token_endpoint: address,
  end_session_endpoint: address.optional(),
  revocation_endpoint: address.optional(),
  authorization_response_iss_parameter_supported: z.boolean().optional(),
  id_token_signing_alg_values_supported: z.array(z.string()).optional(),
});

/** How long an answer is good, and how long nobody asks again after a failure. */
const GOOD_MS = 600_000;
const FAILED_MS = 10_000;
/** A page waits for it. */
const TIMEOUT_MS = 2_000;

export interface Provider {
  /** The provider's description of itself; null when it does not answer, or not as one. It never rejects. */
  server(): Promise<OpenIdServer | null>;
}

/** @throws with what is wrong */
async function discover(issuer: string): Promise<OpenIdServer> {
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const answer = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MS) });
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}`);
  const server = discovered.parse(await answer.json());
  // Else another could speak in its name (OpenID Connect Discovery 1.0, section 4.3).
  if (server.issuer !== issuer)
    throw new Error(`${url} speaks for the issuer ${server.issuer}, and OIDC_ISSUER is ${issuer}`);
  return server;
}

/** Asks the provider now and then, and keeps what it said while it is away. */
export function openProvider(
  issuer: string,
  { logger, now = () => performance.now() }: { logger: Pick<Logger, 'warn'>; now?: () => number },
): Provider {
  let known: OpenIdServer | null = null;
  let until = Number.NEGATIVE_INFINITY;
  let asking: Promise<void> | undefined;
  const ask = async (): Promise<void> => {
    try {
      known = await discover(issuer);
      until = now() + GOOD_MS;
    } catch (err) {
      until = now() + FAILED_MS;
      logger.warn({ err, issuer }, 'the OpenID provider does not say how users of the Studio page sign in');
    }
  };
  return {
    async server() {
      if (now() < until) return known;
      asking ??= ask().finally(() => {
        asking = undefined;
      });
      // What it said before does until it is heard.
      if (!known) await asking;
      return known;
    },
  };
}

const origin = (url: string | undefined): string[] => (url === undefined ? [] : [new URL(url).origin]);

/** Origins that the page asks: the issuer's, and those of its endpoints, which may be others, as Google's and Entra's are. */
export const originsOf = (issuer: string, server: OpenIdServer | null): string[] => [
  ...new Set([...origin(issuer), ...origin(server?.token_endpoint), ...origin(server?.revocation_endpoint)]),
];
