import type { Edge, LineageBlob } from './blob.ts';

/** An answer of the graph. */
export interface Reading {
  readonly blobs: readonly LineageBlob[];
  /** Those of a book name sources that are in no book, too. */
  readonly edges: readonly Edge[];
  readonly isTruncated: boolean;
  /** False for what was read of the newest alone: what is not in it, stays. */
  readonly isWhole: boolean;
}

/** A lineage as it is known from readings and from changes. */
export interface Known {
  readonly blobs: ReadonlyMap<string, LineageBlob>;
  /** Also those whose parent is not among the blobs. */
  readonly edges: readonly Edge[];
  readonly isTruncated: boolean;
  /** Deleted ones: a deleted blob never comes back, but an answer may be of before it went. */
  readonly gone: ReadonlySet<string>;
  /** Grows when a blob or an edge came or went, and with nothing else. */
  readonly structure: number;
}

/** A change, as far as it concerns a lineage. */
export interface Changed {
  readonly kind: string;
  readonly blobId: string;
  /** Null of a deleted one, and where it could not be read. */
  readonly blob: Omit<LineageBlob, 'generation' | 'content'> | null;
}

export const nothingKnown: Known = {
  blobs: new Map(),
  edges: [],
  isTruncated: false,
  gone: new Set(),
  structure: 0,
};

const keyOf = ({ parentId, childId }: Edge): string => `${parentId} ${childId}`;
const isSame = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

/** The newer of two; the very same object where nothing differs, so that nothing is drawn again. */
function newer(known: LineageBlob | undefined, read: LineageBlob): LineageBlob {
  if (!known) return read;
  const content = read.content ?? known.content;
  const next = { ...(known.version > read.version ? known : read), content };
  return isSame(known, next) ? known : next;
}

const sameKeys = (one: ReadonlyMap<string, unknown>, other: ReadonlyMap<string, unknown>): boolean =>
  one.size === other.size && [...one.keys()].every((key) => other.has(key));

function sameEdges(one: readonly Edge[], other: readonly Edge[]): boolean {
  if (one.length !== other.length) return false;
  const keys = new Set(one.map(keyOf));
  return other.every((edge) => keys.has(keyOf(edge)));
}

/** The lineage after an answer, which may be older than what changes have told since it was asked for. */
export function withReading(known: Known, { blobs, edges, isTruncated, isWhole }: Reading): Known {
  const next = new Map<string, LineageBlob>(isWhole ? [] : known.blobs);
  for (const blob of blobs)
    if (!known.gone.has(blob.id)) next.set(blob.id, newer(known.blobs.get(blob.id), blob));
  const joined = new Map([...(isWhole ? [] : known.edges), ...edges].map((edge) => [keyOf(edge), edge]));
  const nextEdges = [...joined.values()].filter(
    ({ parentId, childId }) => parentId !== childId && next.has(childId) && !known.gone.has(parentId),
  );
  const isAsBefore = sameKeys(known.blobs, next) && sameEdges(known.edges, nextEdges);
  return {
    blobs: next,
    edges: isAsBefore ? known.edges : nextEdges,
    isTruncated: isWhole ? isTruncated : known.isTruncated,
    gone: known.gone,
    structure: known.structure + (isAsBefore ? 0 : 1),
  };
}

function without(known: Known, id: string): Known {
  const gone = new Set(known.gone).add(id);
  if (!known.blobs.has(id)) return { ...known, gone };
  const blobs = new Map(known.blobs);
  blobs.delete(id);
  const edges = known.edges.filter(({ parentId, childId }) => parentId !== id && childId !== id);
  return { ...known, blobs, edges, gone, structure: known.structure + 1 };
}

/** The lineage after a change. A blob that is not known stays so: where it belongs, only a reading tells. */
export function withChange(known: Known, { kind, blobId, blob }: Changed): Known {
  if (kind === 'DELETED') return without(known, blobId);
  const before = known.blobs.get(blobId);
  if (!before || !blob || blob.version < before.version) return known;
  const blobs = new Map(known.blobs).set(blobId, { ...before, ...blob });
  return { ...known, blobs };
}

/** Whether the lineage must be read again to know what a change did to it. */
export function isToRead(known: Known, { kind, blobId }: Changed): boolean {
  const before = known.blobs.get(blobId);
  if (kind === 'DERIVED' || kind === 'CREATED') return !before && !known.gone.has(blobId);
  // What was made of a deleted one is stale now; of what is made on demand, the content is there now.
  if (kind === 'DELETED') return known.edges.some(({ parentId }) => parentId === blobId);
  return kind === 'COMPLETED' && before?.content === null;
}

/** Edges by their ends. */
export interface Links {
  readonly parents: ReadonlyMap<string, readonly string[]>;
  readonly children: ReadonlyMap<string, readonly string[]>;
  /** Sources that are not among the blobs, by what was made of them. */
  readonly outside: ReadonlyMap<string, readonly string[]>;
}

const none: readonly string[] = [];
export const at = (links: ReadonlyMap<string, readonly string[]>, id: string): readonly string[] =>
  links.get(id) ?? none;

function put(map: Map<string, string[]>, key: string, value: string): void {
  const values = map.get(key);
  if (values) values.push(value);
  else map.set(key, [value]);
}

/** `order`: all blobs; parents and children come in it. */
export function linksOf({ blobs, edges }: Pick<Known, 'blobs' | 'edges'>, order: readonly string[]): Links {
  const rank = new Map(order.map((id, index) => [id, index]));
  const parents = new Map<string, string[]>();
  const children = new Map<string, string[]>();
  const outside = new Map<string, string[]>();
  for (const { parentId, childId } of edges) {
    if (!blobs.has(parentId)) put(outside, childId, parentId);
    else {
      put(parents, childId, parentId);
      put(children, parentId, childId);
    }
  }
  const byRank = (one: string, other: string) => (rank.get(one) ?? 0) - (rank.get(other) ?? 0);
  for (const ids of [...parents.values(), ...children.values()]) ids.sort(byRank);
  return { parents, children, outside };
}
