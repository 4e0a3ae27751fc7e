import { BlobgraphError } from '../../../platform/errors/errors.ts';

/** The header that makes a request idempotent (draft-ietf-httpapi-idempotency-key-header). */
export const IDEMPOTENCY_HEADER = 'idempotency-key';
/** The same as a member of the body. */
const IDEMPOTENCY_FIELD = 'idempotency_key';

/** A string in a structured field (RFC 9651, 3.3.3). */
const QUOTED = /^"((?:[ !#-[\]-~]|\\["\\])*)"$/;
/** As many clients send it: without quotes. */
const BARE = /^[!#-+\--[\]-~]+$/;

const refuse = (message: string): BlobgraphError =>
  new BlobgraphError('BAD_REQUEST', message, { field: 'Idempotency-Key' });

/**
 * The key in a request's header; undefined without the header. The draft specifies a quoted string; without quotes it
 * is accepted, too.
 * @throws BlobgraphError BAD_REQUEST
 */
export function idempotencyKeyOf(header: string | readonly string[] | undefined): string | undefined {
  if (header === undefined) return undefined;
  const text = String(header).trim();
  const quoted = QUOTED.exec(text)?.[1];
  const key = quoted === undefined ? text : quoted.replaceAll(/\\(["\\])/g, '$1');
  if (key !== '' && (quoted !== undefined || BARE.test(text))) return key;
  throw refuse('`Idempotency-Key` must be one string in quotes, e.g. `"8e03978e-40d5"`.');
}

/** Adds the header's key to a body. @throws BlobgraphError BAD_REQUEST when the body has a different key */
export function withKey<Body extends Readonly<Record<string, unknown>>>(
  body: Body,
  key: string | undefined,
): Body {
  if (key === undefined) return body;
  const own = body[IDEMPOTENCY_FIELD] ?? key;
  if (own === key) return { ...body, [IDEMPOTENCY_FIELD]: key };
  throw refuse(
    `The header \`Idempotency-Key\` and \`${IDEMPOTENCY_FIELD}\` of the body differ: send one of them.`,
  );
}
