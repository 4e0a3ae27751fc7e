import type { Session } from '../session/session.ts';
import { ENDED, failureBy, type SignInFailed } from './failures.ts';
import type { OpenIdProvider, Tokens } from './provider.ts';

/** Before its end at which a token is renewed, and at which it is no longer used. */
const RENEWED_MS = 60_000;
const SPARE_MS = 10_000;
/** Between tries while the provider is away. */
const RETRY_MS = [1_000, 2_000, 5_000, 10_000];
/** Timers cannot be set for longer. */
const LONGEST_TIMER_MS = 2_000_000_000;

export interface OpenIdSessionOptions {
  readonly provider: Pick<OpenIdProvider, 'renew'>;
  readonly tokens: Tokens;
  /** The user must sign in again. */
  readonly onEnd: (reason: SignInFailed | string) => void;
  /** Why no token can be had now; undefined once one is had. */
  readonly onTrouble: (reason: string | undefined) => void;
  readonly signOut: () => void;
  readonly now?: () => number;
}

export interface OpenIdSession extends Session {
  /** The tokens that are had now. */
  readonly tokens: () => Tokens;
  /** Looks whether it is time to renew, as after the machine has slept. */
  wake(): void;
  close(): void;
}

/**
 * A session whose token is renewed before it ends, by a refresh token that is in memory alone. While the provider is away,
 * it is tried again and again, and who needs a token waits.
 */
export function openIdSession(options: OpenIdSessionOptions): OpenIdSession {
  const { provider, onEnd, onTrouble, signOut, now = Date.now } = options;
  const listeners = new Set<(token: string) => void>();
  let { tokens } = options;
  let isOver = false;
  /** When it is time to renew. */
  let due = Number.POSITIVE_INFINITY;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let renewing: Promise<void> | undefined;
  /** Ends a wait between tries. */
  let hurry = () => {};

  const isGood = (): boolean => tokens.endsAt - SPARE_MS > now();
  /** A short one is renewed at half its life. */
  const spareOf = (left: number): number => Math.min(RENEWED_MS, left / 2);
  const pause = (ms: number) =>
    new Promise<void>((resolve) => {
      const wait = setTimeout(resolve, ms);
      hurry = () => {
        clearTimeout(wait);
        resolve();
      };
    });

  function end(reason: SignInFailed | string): void {
    if (isOver) return;
    isOver = true;
    clearTimeout(timer);
    onEnd(reason);
  }

  function plan(): void {
    clearTimeout(timer);
    const left = tokens.endsAt - now();
    if (isOver || left > LONGEST_TIMER_MS) return;
    // Without a refresh token it is used to its end.
    const wait = Math.max(0, left - (tokens.refresh === undefined ? SPARE_MS : spareOf(left)));
    due = now() + wait;
    timer = setTimeout(() => void renew().catch(() => undefined), wait);
  }

  async function tryAgain(): Promise<void> {
    for (let attempt = 0; !isOver; attempt += 1) {
      try {
        tokens = await provider.renew(tokens);
        if (isOver) return;
        onTrouble(undefined);
        plan();
        for (const listener of listeners) listener(tokens.access);
        return;
      } catch (error) {
        if (isOver) return;
        const failure = failureBy(error);
        if (!failure.isPassing) return end(ENDED);
        if (!isGood()) onTrouble(failure.message);
        await pause(RETRY_MS[Math.min(attempt, RETRY_MS.length - 1)] ?? 0);
      }
    }
  }

  function renew(): Promise<void> {
    if (tokens.refresh === undefined) {
      end(ENDED);
      return Promise.reject(new Error(ENDED));
    }
    renewing ??= tryAgain().finally(() => {
      renewing = undefined;
    });
    return renewing;
  }

  plan();
  return {
    kind: 'openId',
    signOut,
    tokens: () => tokens,
    async token() {
      if (!isOver && !isGood()) await renew();
      if (isOver) throw new Error(ENDED);
      return tokens.access;
    },
    onRenewed(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    wake() {
      hurry();
      if (!isOver && now() >= due) void renew().catch(() => undefined);
    },
    close() {
      isOver = true;
      clearTimeout(timer);
      hurry();
    },
  };
}
