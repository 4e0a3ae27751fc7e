import { BlobgraphError } from '../../errors/errors.ts';
import { isObject } from '../../json/is-object.ts';

/** A connection's credentials by names in lower case: the upgrade's headers, and over them `connection_init`'s payload. */
export type Credentials = Readonly<Record<string, unknown>>;

/** Members of `connection_init`'s payload by which clients send a token, with `Bearer` before it or not. */
const TOKENS: ReadonlySet<string> = new Set(['authorization', 'authtoken', 'accesstoken', 'token']);
const HEADERS = 'headers';

interface Sent {
  /** As the client wrote it, e.g. `headers.Authorization`. */
  readonly place: string;
  readonly token: string;
}

/** The token at one place. Placeholders that clients without a token send count as none. */
function sentAt(place: string, value: unknown): Sent[] {
  if (value === null || value === undefined) return [];
  if (typeof value !== 'string')
    throw new BlobgraphError('BAD_REQUEST', `\`${place}\` must be a string: \`Bearer …\``);
  const token = value.replace(/^bearer(?:\s+|$)/i, '').trim();
  return token === '' ? [] : [{ place, token }];
}

/** The tokens of a payload: at its top, and in its `headers`, as clients that send those have them. */
function tokensOf(payload: Credentials): Sent[] {
  return Object.entries(payload).flatMap(([name, value]) => {
    const lower = name.toLowerCase();
    if (TOKENS.has(lower)) return sentAt(name, value);
    if (lower !== HEADERS || !isObject(value)) return [];
    return Object.entries(value).flatMap(([header, of]) =>
      header.toLowerCase() === 'authorization' ? sentAt(`${name}.${header}`, of) : [],
    );
  });
}

/**
 * A connection's credentials, its token as `authorization: Bearer …`, in whichever of these forms the payload has it:
 * `Authorization`, `headers: { Authorization }`, `authToken`, `accessToken` or `token`, in upper or lower case, with `Bearer` or not. The
 * same one may stand at several places.
 * @throws BlobgraphError BAD_REQUEST for different ones, or one that is no text: it names the places
 */
export function credentialsOf(headers: Credentials, payload: Credentials = {}): Credentials {
  const lowerCased = Object.fromEntries(
    Object.entries(payload).map(([name, value]) => [name.toLowerCase(), value]),
  );
  const [first, ...others] = tokensOf(payload);
  const other = others.find(({ token }) => token !== first?.token);
  if (first && other) {
    const places = `\`${first.place}\` and \`${other.place}\``;
    throw new BlobgraphError('BAD_REQUEST', `${places} are different tokens: send one`);
  }
  const { authorization } = headers;
  const sent = first ? `Bearer ${first.token}` : authorization;
  return { ...headers, ...lowerCased, authorization: sent };
}
