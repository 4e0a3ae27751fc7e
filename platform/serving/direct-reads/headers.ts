import type { IncomingHttpHeaders } from 'node:http';

/** The kinds of what is read: a document or a list of them, in JSON, a plain text, or a file of any kind. */
export type Kind = 'json' | 'text' | 'file';

const CONDITIONS = ['if-none-match', 'if-modified-since'];
const RANGES = ['range', 'if-range'];
const ASKED: Readonly<Record<Kind, readonly string[]>> = {
  json: CONDITIONS,
  text: [...CONDITIONS, ...RANGES],
  file: [...CONDITIONS, ...RANGES],
};
const MAX_ASKED = 1_024;

/** The client's headers that are passed to the owner: none that identifies the client. */
export function askedHeaders(headers: IncomingHttpHeaders, kind: Kind): Record<string, string> {
  const given = ASKED[kind].flatMap((name) => {
    const value = headers[name];
    return typeof value === 'string' && value.length <= MAX_ASKED ? [[name, value] as const] : [];
  });
  return Object.fromEntries(given);
}

const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const MEDIA_TYPE = new RegExp(`^${TOKEN}/${TOKEN}(?:; ?${TOKEN}=(?:${TOKEN}|"[ -!#-\\[\\]-~]*"))*$`);

/** Forms of an answer's headers that are passed on. All are bounded, and visible ASCII. */
type Forms = Readonly<Record<string, RegExp>>;
const DOCUMENT: Forms = {
  'content-length': /^\d{1,15}$/,
  etag: /^(?:W\/)?"[!#-~]{0,200}"$/,
  'last-modified': /^[ -~]{1,40}$/,
};
const EXTENT: Forms = {
  'content-range': /^bytes (?:\d{1,15}-\d{1,15}|\*)\/(?:\d{1,15}|\*)$/,
  'accept-ranges': /^(?:bytes|none)$/,
};
const ANSWERED: Readonly<Record<Kind, Forms>> = {
  json: DOCUMENT,
  text: { ...DOCUMENT, ...EXTENT },
  file: { ...DOCUMENT, ...EXTENT, 'content-disposition': /^[ -~]{1,1024}$/ },
};

const isPrivate = (cacheControl: string): boolean =>
  cacheControl.length <= 200 &&
  /^[ -~]*$/.test(cacheControl) &&
  /(?:^|[ ,])(?:private|no-store)(?:[ ,]|$)/i.test(cacheControl) &&
  !/public|s-maxage/i.test(cacheControl);

const mediaTypeOf = (given: string | undefined): string =>
  given !== undefined && given.length <= 200 && MEDIA_TYPE.test(given) ? given : 'application/octet-stream';

/** The types of what is of one type alone. */
const TYPES: Readonly<Partial<Record<Kind, string>>> = {
  json: 'application/json; charset=utf-8',
  text: 'text/plain; charset=utf-8',
};

/**
 * Of an owner's headers, those that the client gets: no cookie, no address, nothing of a form that is not known. Whatever
 * it says, nobody but the user may keep the answer, and no browser takes it for a page of ours.
 */
export function answeredHeaders(
  headers: Readonly<Record<string, string>>,
  kind: Kind,
): Record<string, string> {
  const known = Object.entries(ANSWERED[kind]).flatMap(([name, form]) => {
    const value = headers[name];
    return value !== undefined && form.test(value) ? [[name, value] as const] : [];
  });
  const cacheControl = headers['cache-control'] ?? '';
  return {
    ...(kind === 'file' ? { 'content-disposition': 'attachment' } : {}),
    ...Object.fromEntries(known),
    'content-type': TYPES[kind] ?? mediaTypeOf(headers['content-type']),
    'cache-control': isPrivate(cacheControl) ? cacheControl : 'private, no-cache',
    'x-content-type-options': 'nosniff',
    'content-security-policy': 'sandbox',
  };
}

const isJson = (contentType = ''): boolean => /^application\/json *(?:;|$)/i.test(contentType);
const isPlainText = (contentType = ''): boolean => /^text\/plain *; *charset="?utf-8"? *$/i.test(contentType);

/** Why an answer does not fit such a read; null where it does. */
export function refusalOfAnswer(
  answer: { readonly status: number; readonly headers: Readonly<Record<string, string>> },
  asked: Readonly<Record<string, string>>,
  kind: Kind,
): string | null {
  const { status, headers } = answer;
  const conditional = 'if-none-match' in asked || 'if-modified-since' in asked;
  const fits =
    status === 200 ||
    (status === 304 && conditional) ||
    ((status === 206 || status === 416) && 'range' in asked && 'content-range' in headers);
  if (!fits) return `status ${status}`;
  if (!/^(?:|identity)$/i.test(headers['content-encoding'] ?? '')) return 'an encoding nobody asked for';
  if (status === 200 && kind === 'json' && !isJson(headers['content-type'])) return 'no JSON';
  if (status < 300 && kind === 'text' && !isPlainText(headers['content-type']))
    return 'no plain text in UTF-8';
  return null;
}
