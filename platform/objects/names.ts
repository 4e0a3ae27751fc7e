import { createHash } from 'node:crypto';
import { BlobgraphError } from '../errors/errors.ts';
import type { ByteRange, ListOptions, ObjectDescription } from './objects.ts';

/** S3's limit of a key, and what file systems and MinIO allow a segment. */
const MAX_KEY_BYTES = 1_024;
const MAX_SEGMENT_BYTES = 255;
/** S3's limit of an object's own metadata. */
const MAX_METADATA_BYTES = 2_048;
const MAX_PAGE = 1_000;

/** Control characters, and any that XML 1.0 cannot carry, in which S3 lists and deletes. */
const UNSPEAKABLE = /[\p{Cc}\p{Cs}\ufffe\uffff]/u;

const refused = (field: string, message: string) =>
  new BlobgraphError('VALIDATION_FAILED', message, { field });

function faultOf(key: string): string | undefined {
  if (key === '') return 'must not be empty';
  if (UNSPEAKABLE.test(key)) return 'must not hold control characters or half of a surrogate pair';
  if (Buffer.byteLength(key) > MAX_KEY_BYTES) return `must have at most ${MAX_KEY_BYTES} bytes`;
  for (const segment of key.split('/')) {
    if (['', '.', '..'].includes(segment)) return 'must not have a segment that is empty, “.” or “..”';
    if (Buffer.byteLength(segment) > MAX_SEGMENT_BYTES)
      return `must have at most ${MAX_SEGMENT_BYTES} bytes a segment`;
  }
  return undefined;
}

/** The segments of a key. @throws BlobgraphError (VALIDATION_FAILED) when it is none */
export function keySegments(key: string): string[] {
  const fault = faultOf(key);
  if (fault !== undefined) throw refused('key', `An object’s key ${fault}.`);
  return key.split('/');
}

/** Any text, a user's id for one, as one segment of a key: 64 hexadecimal digits. */
export const segmentOf = (text: string): string => createHash('sha256').update(text).digest('hex');

export const isKey = (key: string): boolean => faultOf(key) === undefined;

/** The segments of a prefix; none for `''`. @throws BlobgraphError (VALIDATION_FAILED) when it is none */
export function prefixSegments(prefix: string): string[] {
  if (prefix === '') return [];
  const fault = faultOf(prefix);
  if (fault !== undefined) throw refused('prefix', `A prefix of objects ${fault}.`);
  return prefix.split('/');
}

/** @throws BlobgraphError (VALIDATION_FAILED) when the content type or the metadata is not allowed */
export function checkDescription({ contentType, metadata = {} }: ObjectDescription): void {
  if (!/^[\x20-\x7e]{1,255}$/.test(contentType) || contentType.trim() !== contentType)
    throw refused('contentType', 'A content type is 1 to 255 printable characters of ASCII.');
  let bytes = 0;
  for (const [name, value] of Object.entries(metadata)) {
    if (!/^[a-z0-9][a-z0-9-]*$/.test(name))
      throw refused('metadata', 'A name in the metadata is lower-case letters, digits and hyphens.');
    if (!value.isWellFormed())
      throw refused('metadata', `metadata.${name} must not hold half of a surrogate pair.`);
    bytes += name.length + encodeURIComponent(value).length;
  }
  if (bytes > MAX_METADATA_BYTES)
    throw refused('metadata', `Metadata is at most ${MAX_METADATA_BYTES} bytes, percent-encoded.`);
}

/** Metadata as headers and files hold it: ASCII alone. */
export const encodeMetadata = (metadata: Readonly<Record<string, string>> = {}): Record<string, string> =>
  Object.fromEntries(Object.entries(metadata).map(([name, value]) => [name, encodeURIComponent(value)]));

/** Values that are not encoded, of objects that other programs stored, stay as they are. */
export function decodeMetadata(metadata: Readonly<Record<string, string>> = {}): Record<string, string> {
  const decoded = (value: string) => {
    try {
      return decodeURIComponent(value);
    } catch {
      return value;
    }
  };
  return Object.fromEntries(Object.entries(metadata).map(([name, value]) => [name, decoded(value)]));
}

/** @throws BlobgraphError (VALIDATION_FAILED) when it is no range, whatever the object's size */
export function checkRange({ start, end = start }: ByteRange): void {
  if (!Number.isSafeInteger(start) || !Number.isSafeInteger(end) || start < 0 || end < start)
    throw refused('range', 'A range is whole numbers, from 0 on, its end not before its start.');
}

/** The range starts past the object's end. */
export const rangeOutside = (): BlobgraphError =>
  refused('range', 'The range begins past the end of the object.');

/** @throws BlobgraphError (VALIDATION_FAILED) when the prefix, the page's size or the key before it is not allowed */
export function checkPage(prefix: string, { after, limit }: ListOptions): void {
  prefixSegments(prefix);
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_PAGE)
    throw refused('limit', `A page has 1 to ${MAX_PAGE} objects.`);
  if (after === undefined) return;
  keySegments(after);
  if (prefix !== '' && !after.startsWith(`${prefix}/`))
    throw refused('after', 'A page begins after a key that is under the prefix.');
}
