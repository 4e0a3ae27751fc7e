import { isVersion, newestFirst } from './versions.ts';

/** Versions from `from` on, and below `below`; null: without an end there. */
export interface VersionRange {
  readonly from: string | null;
  readonly below: string | null;
}

const EVERY: VersionRange = { from: null, below: null };
const MAX_RANGE = 64;

const next = (version: string, part: number): string =>
  version
    .split('.')
    .map((number, index) => (index < part ? number : index === part ? Number(number) + 1 : 0))
    .join('.');

/** `^0.2.1` ends at 0.3.0, and `^0.0.1` at 0.0.2, as in npm. */
const firstCounting = (version: string): number => {
  const part = version.split('.').findIndex((number) => number !== '0');
  return part === -1 ? 2 : part;
};

const ends: Readonly<Record<string, (version: string) => VersionRange>> = {
  '': (version) => ({ from: version, below: next(version, 2) }),
  '^': (version) => ({ from: version, below: next(version, firstCounting(version)) }),
  '~': (version) => ({ from: version, below: next(version, 1) }),
  '>=': (version) => ({ from: version, below: null }),
  '>': (version) => ({ from: next(version, 2), below: null }),
  '<': (version) => ({ from: null, below: version }),
  '<=': (version) => ({ from: null, below: next(version, 2) }),
};

const later = (one: string | null, other: string | null): string | null => {
  if (one === null || other === null) return one ?? other;
  return newestFirst(one, other) < 0 ? one : other;
};
const earlier = (one: string | null, other: string | null): string | null => {
  if (one === null || other === null) return one ?? other;
  return newestFirst(one, other) < 0 ? other : one;
};

function partOf(text: string): VersionRange | null {
  const [, operator = '', version = ''] = /^(\^|~|>=|>|<=|<|)(.+)$/.exec(text) ?? [];
  return isVersion(version) ? (ends[operator]?.(version) ?? null) : null;
}

/** Parts with spaces between, all of which hold: `1.0.0`, `^1.0.0`, `~1.0.0`, `>=1.0.0 <3.0.0`; `*`: all. Null for any other text. */
export function parseRange(text: string): VersionRange | null {
  if (text === '*') return EVERY;
  if (text.length > MAX_RANGE) return null;
  let range = EVERY;
  for (const each of text.split(' ')) {
    const part = partOf(each);
    if (!part) return null;
    range = { from: later(range.from, part.from), below: earlier(range.below, part.below) };
  }
  const { from, below } = range;
  return from !== null && below !== null && newestFirst(from, below) <= 0 ? null : range;
}

/** Versions of schemas that are taken, as ranges by schema id; of a schema that is not named, all. */
export type TakenVersions = Readonly<Record<string, string>>;

/** The range for a schema; null: all versions. */
export const rangeFor = (taken: TakenVersions, schemaId: string): VersionRange | null => {
  const text = Object.hasOwn(taken, schemaId) ? taken[schemaId] : undefined;
  return text === undefined ? null : parseRange(text);
};

/** Whether documents of a version are taken: as they are, or read as a newer version. */
export const isTaken = (taken: TakenVersions, schemaId: string, version: string): boolean => {
  const range = rangeFor(taken, schemaId);
  return range === null || isBelowEnd(range, version);
};

/** Whether a version comes before the end of the range. */
export const isBelowEnd = ({ below }: VersionRange, version: string): boolean =>
  below === null || newestFirst(version, below) > 0;

export const isInRange = (range: VersionRange, version: string): boolean =>
  isBelowEnd(range, version) && (range.from === null || newestFirst(version, range.from) <= 0);
