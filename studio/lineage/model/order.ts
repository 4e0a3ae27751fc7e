import type { Edge, LineageBlob, Place } from './blob.ts';

const LAST = Number.POSITIVE_INFINITY;

/** Blobs that no processor takes stand below those that go on. */
const byRuns = (one: LineageBlob, other: LineageBlob): number =>
  Number(one.processing.runs.length === 0) - Number(other.processing.runs.length === 0);
const byAge = (one: LineageBlob, other: LineageBlob): number =>
  one.createdAt.localeCompare(other.createdAt) || one.id.localeCompare(other.id);

/**
 * All blobs from top to bottom: those that stand in the book in its order, with older drafts of the same title below
 * the newest; then all others: those that go on first, and of these the oldest.
 */
export function orderOf(
  blobs: ReadonlyMap<string, LineageBlob>,
  edges: readonly Edge[],
  places: readonly Place[],
): string[] {
  const byId = new Map(places.map(({ blobId }, index) => [blobId, index]));
  const byTitle = new Map<string, number>();
  for (const [index, { title, blobId }] of places.entries())
    for (const each of [title, (blobId && blobs.get(blobId)?.title) || ''])
      if (each !== '' && !byTitle.has(each)) byTitle.set(each, index);
  const made = new Set(edges.map(({ childId }) => childId));
  const placeOf = ({ id, title }: LineageBlob): number =>
    byId.get(id) ?? (made.has(id) ? LAST : (byTitle.get(title) ?? LAST));
  const keys = new Map([...blobs.values()].map((blob) => [blob.id, placeOf(blob)]));
  const key = ({ id }: LineageBlob) => keys.get(id) ?? LAST;
  return [...blobs.values()]
    .sort((one, other) => {
      if (key(one) !== key(other)) return key(one) < key(other) ? -1 : 1;
      if (key(one) === LAST) return byRuns(one, other) || byAge(one, other);
      return Number(byId.has(other.id)) - Number(byId.has(one.id)) || byAge(other, one);
    })
    .map(({ id }) => id);
}
