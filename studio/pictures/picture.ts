import type { ChangesSubscription } from '../graph/operations.generated.ts';
import type { PictureRowFragment } from './operations.generated.ts';

export type PictureRow = PictureRowFragment;
type Change = ChangesSubscription['blobChanged'];
type Content = NonNullable<PictureRow['derived']['nodes'][number]['content']>;
export type Asset = Extract<Content, { __typename: 'ImageAsset' }>;
export type Rendition = Asset['renditions'][number];

/** The asset that was made of a picture; undefined until it is there, or can be read. */
export function assetOf({ derived }: PictureRow): Asset | undefined {
  const content = derived.nodes[0]?.content;
  return content?.__typename === 'ImageAsset' ? content : undefined;
}

const SCHEMA = 'image-input-v1';
/** Length of the list of those that came while the page was open. */
export const NEWEST = 50;

/**
 * Whether a change brings a picture into the list, or ends a run on one. A change whose blob could not be read may be of
 * a picture: nothing tells of it again.
 */
export const isNews = ({ kind, blob }: Change): boolean =>
  (blob === null || blob.schemaId === SCHEMA) &&
  (kind === 'CREATED' || kind === 'COMPLETED' || kind === 'FAILED');

/** The newest first, as the list has them, each once: pages and what came since may have the same. */
export function inOrder(...lists: readonly (readonly PictureRow[])[]): PictureRow[] {
  const byId = new Map(lists.flat().map((row) => [row.id, row] as const));
  return [...byId.values()].sort(
    (one, other) =>
      Date.parse(other.createdAt) - Date.parse(one.createdAt) ||
      (one.id < other.id ? 1 : one.id > other.id ? -1 : 0),
  );
}

/** The renditions of a format for `srcset`, by their widths. */
export const sourceSetOf = (renditions: readonly Rendition[], format: Rendition['format']): string =>
  renditions
    .filter((each) => each.format === format)
    .map(({ url, width }) => `${url} ${width}w`)
    .join(', ');

/** The largest of a format: what is shown where a browser knows no `srcset`. */
export const largestOf = (
  renditions: readonly Rendition[],
  format: Rendition['format'],
): Rendition | undefined =>
  renditions
    .filter((each) => each.format === format)
    .reduce<Rendition | undefined>(
      (largest, each) => (largest && largest.width >= each.width ? largest : each),
      undefined,
    );

const createdAt = (row: PictureRow | undefined): number => Date.parse(row?.createdAt ?? '');

/**
 * The time before which pages must begin, so that nothing is missing between them and the newest; null where nothing is. It
 * is to the millisecond behind the middle one of the newest, which both then have: half as many more may come before pages
 * begin anew again.
 */
export function beginningAfter(newest: readonly PictureRow[], pages: readonly PictureRow[]): string | null {
  const first = Math.max(...pages.map(createdAt));
  const isApart = newest.length >= NEWEST && createdAt(newest.at(-1)) > first;
  return isApart ? new Date(createdAt(newest[NEWEST / 2]) + 1).toISOString() : null;
}

/** E.g. "2 May 2026, 14:05": as the camera wrote it, in the time of the place, whatever zone the reader is in. */
export function takenOf(takenAt: string): string {
  const [, local] = /^(\d{4}-\d\d-\d\dT\d\d:\d\d)/.exec(takenAt) ?? [];
  const date = new Date(`${local ?? takenAt}Z`);
  if (Number.isNaN(date.getTime())) return takenAt;
  return new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' }).format(
    date,
  );
}

const degrees = (value: number, [positive, negative]: readonly [string, string]): string =>
  `${Math.abs(value).toFixed(5)}° ${value < 0 ? negative : positive}`;

export const positionOf = ({ latitude, longitude }: NonNullable<Asset['position']>): string =>
  `${degrees(latitude, ['N', 'S'])}, ${degrees(longitude, ['E', 'W'])}`;
