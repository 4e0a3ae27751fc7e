import type { IncomingHttpHeaders } from 'node:http';
import { create as contentDisposition } from 'content-disposition';
import type { FastifyReply } from 'fastify';
import type { ByteRange } from '../objects/objects.ts';

/** Types that a browser shows without running any of it; all others are saved. */
const SHOWN: ReadonlySet<string> = new Set([
  'image/png',
  'image/jpeg',
  'image/gif',
  'image/webp',
  'image/avif',
]);

/** A file, as its headers tell of it. */
export interface FileHead {
  readonly sizeBytes: number;
  readonly mediaType: string;
  /** Quoted, strong: the same bytes. */
  readonly etag: string;
  /** Its name when it is saved, in any script. */
  readonly fileName: string;
  /** Saved even where it could be shown. Default: false. */
  readonly saved?: boolean;
}

/** Whether a browser may show it in a page: pictures; what could hold a script, such as SVG or HTML, it may not. */
export const isShown = (mediaType: string): boolean =>
  SHOWN.has(mediaType.split(';')[0]?.trim().toLowerCase() ?? '');

/**
 * Headers by which no file gets at anything, whatever is in it: the type is not guessed, nothing in it is run or
 * loaded. Any page may show it, since its address is what opens it.
 */
export const guardingHeaders: Readonly<Record<string, string>> = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; sandbox",
  'cross-origin-resource-policy': 'cross-origin',
  'referrer-policy': 'no-referrer',
};

/** How a file is shown or saved. */
export function dispositionOf({ mediaType, fileName, saved = false }: Omit<FileHead, 'sizeBytes' | 'etag'>) {
  const type = isShown(mediaType) && !saved ? 'inline' : 'attachment';
  return contentDisposition(fileName, { type, fallback: fileName.replace(/[^ -~]+/g, '_') });
}

/** Whether `If-None-Match` names the tag: in a list, or weakened by something in between (RFC 9110, section 13.1.2). */
export const isKnown = (header: string | undefined, etag: string): boolean =>
  header?.trim() === '*' || (header ?? '').split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag);

/** The requested part of a file: all of it, one range, or a range beyond its end. */
export type Wanted =
  | { readonly status: 200 }
  | { readonly status: 206; readonly range: Required<ByteRange> }
  | { readonly status: 416 };

/** Undefined for what is no range, or several: then all is answered (RFC 9110, section 14.2). */
function rangeOf(asked: string, sizeBytes: number): Wanted | undefined {
  const [, first = '', last = ''] = /^bytes *= *(\d{0,15}) *- *(\d{0,15})$/i.exec(asked.trim()) ?? [];
  if (first === '' && last === '') return undefined;
  const start = first === '' ? Math.max(0, sizeBytes - Number(last)) : Number(first);
  const end = first === '' || last === '' ? sizeBytes - 1 : Math.min(Number(last), sizeBytes - 1);
  if (first !== '' && last !== '' && Number(last) < start) return undefined;
  return start > end ? { status: 416 } : { status: 206, range: { start, end } };
}

/** A range of another version is answered with all of this one (RFC 9110, section 13.1.5). */
export function wantedOf(
  headers: IncomingHttpHeaders,
  { etag, sizeBytes }: Pick<FileHead, 'etag' | 'sizeBytes'>,
): Wanted {
  const unless = headers['if-range'];
  const asked = unless === undefined || unless === etag ? headers.range : undefined;
  return (asked !== undefined && rangeOf(asked, sizeBytes)) || { status: 200 };
}

/** Puts the headers of a file, and of how much of it follows. */
export function describeFile(reply: FastifyReply, file: FileHead, wanted: Wanted): FastifyReply {
  const { sizeBytes, mediaType, etag } = file;
  reply.headers(guardingHeaders).headers({ etag, 'cache-control': CACHED });
  if (wanted.status !== 416)
    reply.headers({ 'content-type': mediaType, 'content-disposition': dispositionOf(file) });
  return describeExtent(reply, sizeBytes, wanted);
}

/** Puts the status and the headers of how much of something follows. */
export function describeExtent(reply: FastifyReply, sizeBytes: number, wanted: Wanted): FastifyReply {
  reply.status(wanted.status).header('accept-ranges', 'bytes');
  if (wanted.status === 416) return reply.header('content-range', `bytes */${sizeBytes}`);
  if (wanted.status === 200) return reply.header('content-length', sizeBytes);
  const { start, end } = wanted.range;
  return reply
    .header('content-range', `bytes ${start}-${end}/${sizeBytes}`)
    .header('content-length', end - start + 1);
}

/** Bytes at an address never change; how long a copy may outlive a deletion is what bounds it. */
export const CACHED = 'private, max-age=300';
