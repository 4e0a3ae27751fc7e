import { createContext, useContext } from 'react';
import type { StudioConfig } from '../../gateway/studio/config.ts';
import { kept } from './storage.ts';

/** Who looks, for as long as the page is open. */
export interface Session {
  /** How the user came in: by the local token of a gateway in development, a pasted token, or a provider. */
  readonly kind: 'local' | 'pasted' | 'openId';
  /** A token that is good for now; a new one is had where the old one ends. @throws when the user must sign in again */
  readonly token: () => Promise<string>;
  /** Calls back with each token that follows another: connections that are open go on with it. Returns how to stop that. */
  readonly onRenewed?: (listener: (token: string) => void) => () => void;
  /** Forgets the token. Undefined where there is nothing to sign out of. */
  readonly signOut?: (() => void) | undefined;
}

/** Given to the page for a user who has come in. */
export interface InsideProps {
  readonly session: Session;
  /** The gateway does not take the session's token. */
  readonly onRefused: () => void;
}

export async function readConfig(): Promise<StudioConfig> {
  const response = await fetch(`${import.meta.env.BASE_URL}config.json`);
  if (!response.ok) throw new Error(`The gateway answered ${response.status} ${response.statusText}`);
  return response.json();
}

/** Seconds before its end at which a token is no longer used. */
const SPARE_SECONDS = 30;

/** Whether a token has the form of a JWT. */
export const isJwt = (token: string): boolean => token.split('.').length === 3;

/** When a JWT ends, in milliseconds since 1970; undefined where it does not tell. */
export function endOf(token: string): number | undefined {
  try {
    const [, payload = ''] = token.split('.');
    const { exp } = JSON.parse(atob(payload.replaceAll('-', '+').replaceAll('_', '/'))) as { exp?: unknown };
    return typeof exp === 'number' ? exp * 1_000 : undefined;
  } catch {
    return undefined;
  }
}

export const isGood = (token: string, now = Date.now()): boolean =>
  (endOf(token) ?? Number.POSITIVE_INFINITY) - SPARE_SECONDS * 1_000 > now;

/** The session of a gateway in development, which hands out a token at each visit. */
export function localSession(first: string): Session {
  let token = first;
  return {
    kind: 'local',
    async token() {
      if (!isGood(token)) token = (await readConfig()).token ?? token;
      return token;
    },
  };
}

/** A pasted token lives as long as the tab does. */
export const pastedToken = kept('sessionStorage', 'blobgraph:token');

export interface PastedOptions {
  readonly signOut: () => void;
  /** The token has ended: there is no other until the user pastes one. */
  readonly onEnd: () => void;
}

export const pastedSession = (token: string, { signOut, onEnd }: PastedOptions): Session => ({
  kind: 'pasted',
  signOut,
  async token() {
    if (isGood(token)) return token;
    onEnd();
    throw new Error('The token has ended.');
  },
});

const context = createContext<Session | undefined>(undefined);
export const SessionProvider = context.Provider;

export function useSession(): Session {
  const session = useContext(context);
  if (!session) throw new Error('useSession needs a SessionProvider around it');
  return session;
}
