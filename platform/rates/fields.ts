import type { Rate, Taken } from './rate.ts';

/** Whole seconds until there is one more, at least 1: what a client that is refused waits. */
export const secondsUntilNext = ({ nextMs }: Taken): number => Math.max(1, Math.ceil(nextMs / 1_000));

/**
 * `RateLimit-Policy` and `RateLimit`, and `Retry-After` where the request is refused
 * (draft-ietf-httpapi-ratelimit-headers-10: Lists of Structured Fields, RFC 9651).
 */
export function rateFields({ name, quota, windowMs }: Rate, taken: Taken): Readonly<Record<string, string>> {
  const seconds = secondsUntilNext(taken);
  return {
    'ratelimit-policy': `"${name}";q=${quota};w=${Math.ceil(windowMs / 1_000)}`,
    ratelimit: `"${name}";r=${taken.left}${taken.nextMs > 0 ? `;t=${seconds}` : ''}`,
    ...(taken.isAllowed ? {} : { 'retry-after': String(seconds) }),
  };
}
