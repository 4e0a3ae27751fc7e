import type { Clock } from '../clock.ts';
import { withoutDeadline } from '../deadline.ts';

/** An answer of another service, kept here so that it is not asked each time. */
export interface Kept<T> {
  /** Never older than `freshMs + graceMs` while the service answers. @throws what `load` throws, until it first succeeds */
  get(): Promise<T>;
  /** Asks the service again, after this call, unless it failed within `retryMs`. @throws like {@link get} */
  renewed(): Promise<T>;
}

export interface KeptOptions<T> {
  load(): Promise<T>;
  /** Milliseconds for which an answer is taken as it is. */
  readonly freshMs: number;
  /** Milliseconds after that in which it is still taken, while it is renewed behind. Default 0. */
  readonly graceMs?: number;
  /** Milliseconds until the service is asked again after it failed. */
  readonly retryMs: number;
  readonly clock: Clock;
}

/** Keeps an answer, renews it when it is old, and falls back to it when the service does not answer. */
export function keep<T>({ load, freshMs, graceMs = 0, retryMs, clock }: KeptOptions<T>): Kept<T> {
  let kept: { readonly value: T; readonly freshUntil: number; readonly failed: boolean } | undefined;
  let running: Promise<T> | undefined;
  let queued: Promise<T> | undefined;
  const now = () => clock.now().getTime();

  async function ask(): Promise<T> {
    try {
      const value = await load();
      kept = { value, freshUntil: now() + freshMs, failed: false };
      return value;
    } catch (error) {
      if (!kept) throw error;
      kept = { value: kept.value, freshUntil: now() + retryMs, failed: true };
      return kept.value;
    }
  }
  function renew(): Promise<T> {
    running ??= withoutDeadline(ask).finally(() => {
      running = undefined;
    });
    return running;
  }
  return {
    async get() {
      if (!kept) return renew();
      const age = now() - kept.freshUntil;
      if (age < 0) return kept.value;
      const renewing = renew();
      return age < graceMs ? kept.value : renewing;
    },
    async renewed() {
      if (kept?.failed && now() < kept.freshUntil) return kept.value;
      if (!running) return renew();
      // What is running may have been answered before this call.
      queued ??= running
        .catch(() => undefined)
        .then(() => {
          queued = undefined;
          return renew();
        });
      return queued;
    },
  };
}
