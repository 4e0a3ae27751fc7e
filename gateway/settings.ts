import { z } from 'zod';
import { wholeNumber } from '../platform/config/config.ts';

/** Environment variables that only the gateway reads. */
export const settings = z
  .object({
    PERSISTED_DOCUMENTS: z
      .string()
      .min(1)
      .optional()
      .describe(
        'a manifest of [persisted documents](adr/0071-persisted-documents.md), or a folder of manifests (`*.json`), as Apollo’s `generate-persisted-query-manifest`, Relay’s compiler, graphql-codegen and gql.tada write them',
      ),
    PERSISTED_DOCUMENTS_ONLY: z
      .enum(['false', 'true', 'except-operators'])
      .default('false')
      .describe('`true`: `/graphql` runs no others; `except-operators`: operators may run any'),
    QUERY_PLANS: z
      .enum(['everybody', 'operators', 'nobody'])
      .optional()
      .describe(
        'who may ask how an operation is run ([`x-explain`](graphiql.md#query-plans)); unset: operators, and in development the local user, whose token the pages fill in',
      ),
    ENTITY_CACHE_MEBIBYTES: wholeNumber(0, 16_384)
      .default(64)
      .describe(
        'mebibytes of content of blobs that the gateway keeps, one user’s half of it at most ([how](adr/0081-an-entity-cache-that-deletions-empty.md)); `0`: none is kept',
      ),
    REQUESTS_PER_MINUTE: wholeNumber(0, 100_000_000)
      .default(6_000)
      .describe(
        'requests and operations of one user, all at once or spread over the minute, counted by all replicas together where there is `REDIS_URL`; more are answered 429; `0`: any number ([why](adr/0070-rates.md))',
      ),
    FAILED_LOGINS_PER_MINUTE: wholeNumber(0, 100_000_000)
      .default(600)
      .describe('requests without a valid token of one address; `0`: any number'),
    MAX_SOCKET_OPERATIONS: wholeNumber(1, 10_000)
      .default(100)
      .describe('operations that one connection over WebSocket may have open at once'),
    SOCKET_OPERATIONS_PER_MINUTE: wholeNumber(0, 100_000_000)
      .default(3_000)
      .describe('operations that one connection over WebSocket may start; `0`: any number'),
    STUDIO: z
      .enum(['true', 'false'])
      .default('true')
      .describe('whether the Studio page is served at `/studio/`'),
    OIDC_ISSUER: z
      .url({ protocol: /^https?$/ })
      .optional()
      .describe('the OpenID provider where users of the Studio page sign in; unset: they paste a token'),
    OIDC_CLIENT_ID: z
      .string()
      .min(1)
      .optional()
      .describe('the Studio page as that provider knows it: a public client (authorization code with PKCE)'),
    OIDC_SCOPE: z
      .string()
      .min(1)
      .default('openid')
      .describe('scopes that the Studio page asks for, with spaces between them'),
    OIDC_PARAMETERS: z
      .string()
      .regex(
        /^[\w.~%+-]+=[^&\s]*(&[\w.~%+-]+=[^&\s]*)*$/,
        'must be as in an address, e.g. `audience=https://api.example.com`',
      )
      .optional()
      .describe(
        'more parameters of its requests, as in an address, e.g. `audience=https://api.example.com`: what the provider needs to give tokens for the gateway',
      ),
  })
  .refine(
    ({ OIDC_ISSUER: issuer, OIDC_CLIENT_ID: client }) => (issuer === undefined) === (client === undefined),
    { path: ['OIDC_ISSUER'], message: 'set OIDC_ISSUER and OIDC_CLIENT_ID both, or neither' },
  )
  .refine(
    ({ PERSISTED_DOCUMENTS_ONLY: only, PERSISTED_DOCUMENTS: path }) => only === 'false' || path !== undefined,
    { path: ['PERSISTED_DOCUMENTS'], message: 'set it beside PERSISTED_DOCUMENTS_ONLY' },
  );

export type Settings = z.infer<typeof settings>;
