import type { Rate } from './rate.ts';

/** The part of a wanted number that is granted, also none. */
export interface Grant {
  /** 0 to as many as are wanted. */
  readonly granted: number;
  /** How many are left after that. */
  readonly left: number;
  /** Milliseconds until there is one more; 0 where all are left. */
  readonly nextMs: number;
  /** To be kept for the key until that time, in milliseconds: when all of its quota is there again. */
  readonly fullAt: number;
}

/**
 * The generic cell rate algorithm (ITU-T I.371): one time a key says how much of a quota is taken, and it fills evenly.
 * `fullAt`: as it was kept; undefined for a key that has taken nothing. A clock that was set back makes nobody wait for
 * longer than a window.
 */
export function grant(
  { quota, windowMs }: Pick<Rate, 'quota' | 'windowMs'>,
  fullAt: number | undefined,
  now: number,
  wanted = 1,
): Grant {
  const eachMs = windowMs / quota;
  const usedMs = Math.min(windowMs, Math.max(0, (fullAt ?? now) - now));
  // A quota of times that are not whole may be short of a cell by what rounding takes.
  const there = Math.floor((windowMs - usedMs) / eachMs + 1e-6);
  const granted = Math.min(wanted, there);
  const after = usedMs + granted * eachMs;
  const left = there - granted;
  const nextMs = after <= 0 ? 0 : Math.max(1, Math.ceil(after - windowMs + (left + 1) * eachMs - 1e-6));
  return { granted, left, nextMs, fullAt: now + after };
}
