import type { OpenIdClient } from '../../gateway/studio/config.ts';
import { AWAY, ENDED, failureBy, SignInFailed } from './failures.ts';
import { isAnswer, pending, wasSignedIn } from './pending.ts';
import type { OpenIdProvider, Tokens } from './provider.ts';

/** How a visit of the page begins. */
export type Arrival =
  /** The browser is on its way to the provider. */
  | 'leaving'
  | { readonly provider: OpenIdProvider; readonly tokens: Tokens }
  /** The user is asked to sign in; why, where there is something to tell. */
  | { readonly reason: string | undefined };

/** Loaded with the first use: it is 10 KB that other ways of signing in need not. */
async function providerOf(config: OpenIdClient): Promise<OpenIdProvider> {
  const { openProvider } = await import('./provider.ts');
  return openProvider(config);
}

const REACHED_MS = 5_000;

/**
 * A browser that is sent to a provider which is away shows an error of its own, without a way back: look first. What it
 * answers is of no concern, and may be no page's to read.
 * @throws SignInFailed
 */
async function assertReachable({ issuer }: OpenIdClient): Promise<void> {
  const address = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  await fetch(address, { mode: 'no-cors', cache: 'no-store', signal: AbortSignal.timeout(REACHED_MS) }).catch(
    (cause: unknown) => {
      throw new SignInFailed(AWAY, { cause, isPassing: true });
    },
  );
}

/** Sends the browser to the provider. `isSilent`: it is not to ask the user. @throws SignInFailed */
export async function leaveFor(config: OpenIdClient, isSilent: boolean): Promise<void> {
  const provider = await providerOf(config);
  await assertReachable(config);
  const begun = await provider.begin(location.hash, isSilent);
  pending.keep(begun.pending);
  location.assign(begun.url);
}

/** Takes what the provider sent out of the address, where it would be kept and copied, and puts back what the user wanted. */
function tidyAddress(hash: string): void {
  history.replaceState(null, '', `${location.pathname}${hash}`);
  dispatchEvent(new HashChangeEvent('hashchange'));
}

async function comeBack(config: OpenIdClient, address: URL): Promise<Arrival> {
  const begun = pending.take();
  tidyAddress(begun?.hash ?? '');
  try {
    const provider = await providerOf(config);
    const tokens = await provider.finish(address, begun);
    wasSignedIn.set(true);
    return { provider, tokens };
  } catch (error) {
    const failure = failureBy(error);
    return { reason: begun?.isSilent && failure.isSilent ? ENDED : failure.message };
  }
}

async function begin(config: OpenIdClient): Promise<Arrival> {
  const address = new URL(location.href);
  if (isAnswer(address)) return comeBack(config, address);
  if (!wasSignedIn.read()) return { reason: undefined };
  try {
    await leaveFor(config, true);
    return 'leaving';
  } catch (error) {
    return { reason: failureBy(error).message };
  }
}

let arrival: Promise<Arrival> | undefined;

/** Finds out how this visit begins. Once: a code is good for one use. */
export function arrive(config: OpenIdClient): Promise<Arrival> {
  arrival ??= begin(config);
  return arrival;
}

/** Where the browser stays, the user is told nothing, or that the provider does not know of it. */
export type SignedOut = 'leaving' | { readonly reason: string | undefined };

const UNTOLD =
  'You are signed out here. The provider does not answer, so you may be signed in there still: close the browser if others use it.';

/** Ends the session, at the provider too. */
export async function signOut(
  config: OpenIdClient,
  provider: OpenIdProvider,
  tokens: Tokens,
): Promise<SignedOut> {
  wasSignedIn.set(false);
  try {
    await assertReachable(config);
  } catch {
    return { reason: UNTOLD };
  }
  await provider.revoke(tokens);
  const address = provider.signOutAddress(tokens);
  if (!address) return { reason: undefined };
  location.assign(address);
  return 'leaving';
}
