import { join } from 'node:path';

/**
 * Objects as files: a segment's bytes other than lower-case letters, digits, `_`, `-` and `.` are percent-encoded, so that
 * no file system takes two keys for one (letters' case, forms of Unicode). What an entry is shows at its name's end, so
 * that an object and a folder may have the same one; a segment too long for a name of 255 bytes goes on in a folder.
 */
const KINDS = ['object', 'folder', 'part'] as const;
type Kind = (typeof KINDS)[number];
const ENDING: Readonly<Record<Kind, string>> = { object: '=', folder: '', part: '+' };
/** Three characters each, and the ending. */
const MAX_NAME_BYTES = 80;

/** One step of the way to an object. */
export interface Entry {
  readonly kind: Kind;
  /** The rest of a segment, or the next bytes of a `part`. */
  readonly bytes: Buffer;
}

function encode(bytes: Buffer): string {
  let name = '';
  for (const byte of bytes) {
    const character = String.fromCharCode(byte);
    name += /[a-z0-9_.-]/.test(character) ? character : `%${byte.toString(16).padStart(2, '0')}`;
  }
  return name;
}

/** The entry of that name; undefined when it is a file of somebody else. */
export function parseEntry(name: string): Entry | undefined {
  const match = /^((?:[a-z0-9_.-]|%[0-9a-f]{2})+)([=+]?)$/.exec(name);
  if (!match?.[1]) return undefined;
  const kind = KINDS.find((each) => ENDING[each] === match[2]) ?? 'folder';
  const binary = match[1].replace(/%(..)/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return { kind, bytes: Buffer.from(binary, 'latin1') };
}

/** The way to the object, or to the folder of all under a prefix. */
export function entriesOf(segments: readonly string[], last: 'object' | 'folder'): Entry[] {
  return segments.flatMap((segment, index) => {
    const bytes = Buffer.from(segment);
    const entries: Entry[] = [];
    let from = 0;
    for (; bytes.length - from > MAX_NAME_BYTES; from += MAX_NAME_BYTES)
      entries.push({ kind: 'part', bytes: bytes.subarray(from, from + MAX_NAME_BYTES) });
    const kind = index === segments.length - 1 ? last : 'folder';
    entries.push({ kind, bytes: bytes.subarray(from) });
    return entries;
  });
}

const nameOf = ({ kind, bytes }: Entry): string => `${encode(bytes)}${ENDING[kind]}`;

export const pathOf = (root: string, entries: readonly Entry[]): string => join(root, ...entries.map(nameOf));

/** The key that a way leads to. */
export const keyOf = (entries: readonly Entry[]): string =>
  Buffer.concat(
    entries.flatMap(({ kind, bytes }) => (kind === 'folder' ? [bytes, Buffer.from('/')] : [bytes])),
  ).toString();

/** The order in which a folder is listed. */
export const compareEntries = (a: Entry, b: Entry): number =>
  Buffer.compare(a.bytes, b.bytes) || KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind);
