import { kept } from '../session/storage.ts';

/** A sign-in that is under way: what must be known when the user comes back from the provider. */
export interface Pending {
  readonly state: string;
  readonly nonce: string;
  /** PKCE's secret (RFC 7636): useless without the code, which only this page gets. */
  readonly verifier: string;
  /** The address that the user wanted to see, e.g. `#/pictures`. */
  readonly hash: string;
  /** Begun by the page itself, after a reload: where the provider would ask, the user is asked first. */
  readonly isSilent: boolean;
}

const keptPending = kept('sessionStorage', 'blobgraph:sign-in');
const keptSignedIn = kept('sessionStorage', 'blobgraph:signed-in');

const isPending = (value: unknown): value is Pending =>
  typeof value === 'object' &&
  value !== null &&
  ['state', 'nonce', 'verifier', 'hash'].every(
    (name) => typeof (value as Record<string, unknown>)[name] === 'string',
  );

/** Undefined for what is none. */
export function pendingOf(text: string | null): Pending | undefined {
  try {
    const value: unknown = JSON.parse(text ?? 'null');
    return isPending(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** In the tab alone, while the browser is at the provider. Taken once, so that no address is used twice. */
export const pending = {
  keep: (value: Pending) => keptPending.keep(JSON.stringify(value)),
  take(): Pending | undefined {
    const text = keptPending.read();
    keptPending.forget();
    return pendingOf(text);
  },
};

/** That this tab was signed in, and nothing else: after a reload the provider is asked without a word. */
export const wasSignedIn = {
  read: (): boolean => keptSignedIn.read() !== null,
  set: (value: boolean): void => (value ? keptSignedIn.keep('yes') : keptSignedIn.forget()),
};

/** Whether the browser comes back from the provider with this address. */
export const isAnswer = ({ searchParams }: URL): boolean =>
  searchParams.has('state') && (searchParams.has('code') || searchParams.has('error'));
