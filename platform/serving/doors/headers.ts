import type { FastifyInstance } from 'fastify';

/** For answers that are no pages: nothing in them is run, loaded, guessed at or framed. */
const HEADERS: Readonly<Record<string, string>> = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  // For browsers without the policy's frame-ancestors.
  'x-frame-options': 'DENY',
  // No page of another site gets at an answer by loading it as a picture or script; CORS is not concerned.
  'cross-origin-resource-policy': 'same-origin',
};

/** Where a page gets what it shows from, by the directives of its policy. Default of each: nowhere. */
export type Sources = Readonly<
  Partial<Record<`${'script' | 'worker' | 'style' | 'font' | 'img' | 'connect'}-src`, string>>
>;

/** A page's policy (https://www.w3.org/TR/CSP3/): nothing frames it, and it sends no form. */
const contentSecurityPolicy = (sources: Sources): string =>
  [
    "default-src 'none'",
    ...Object.entries(sources).map(([directive, source]) => `${directive} ${source}`),
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');

/** Headers of a page of our own: it shares no window with pages of other sites and uses nothing of the device. */
export const pageHeaders = (sources: Sources): Readonly<Record<string, string>> => ({
  ...HEADERS,
  'content-security-policy': contentSecurityPolicy(sources),
  'cross-origin-opener-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
});

/** Puts them on every answer; routes whose answers need others put those in their place. */
export function guardAnswers(app: FastifyInstance): void {
  app.addHook('onRequest', (_request, reply, done) => {
    reply.headers(HEADERS);
    done();
  });
}

/** For answers that no hook sees. */
export const guardedHeaders = HEADERS;
