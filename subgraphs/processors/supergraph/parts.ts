import { parse } from 'graphql';
import { blobTypes } from '../../../platform/supergraph/blob-types.ts';
import type { OutsideSdl, SubgraphSdl } from '../../../platform/supergraph/with-outside.ts';
import { sha256 } from './hashes.ts';
import type { Base, Origin, Seed, StoredSubgraph, StoredSupergraph, SupergraphStore } from './store/store.ts';

/** A stored subgraph with its text. */
export type Part = StoredSubgraph & SubgraphSdl & OutsideSdl;

export const partOf = ({ name, url, sdl, types }: OutsideSdl, origin: Origin): Part => ({
  ...{ name, url, origin, types, sdl },
  hash: sha256(sdl),
});

/** One of the build's own: it composes, so it can be parsed. */
export const shippedPart = (subgraph: SubgraphSdl): Part =>
  partOf({ ...subgraph, types: blobTypes(parse(subgraph.sdl)) }, 'shipped');

export const isOutside = ({ origin }: StoredSubgraph): boolean => origin !== 'shipped';

/** Without their texts, by name: those of the outside in the place of ours of the same name. */
export function storedOf(
  own: readonly StoredSubgraph[],
  outside: readonly StoredSubgraph[],
): StoredSubgraph[] {
  const replaced = new Set(outside.map(({ name }) => name));
  return [...own.filter(({ name }) => !replaced.has(name)), ...outside]
    .map(({ name, url, origin, hash, types }) => ({ name, url, origin, hash, types }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

export const textsOf = (parts: readonly Part[]): Map<string, string> =>
  new Map(parts.map(({ hash, sdl }) => [hash, sdl]));

/** A later one of the same name is taken. */
export const overlaid = <Of extends StoredSubgraph>(lower: readonly Of[], upper: readonly Of[]): Of[] => [
  ...new Map([...lower, ...upper].map((each) => [each.name, each])).values(),
];

/** All that the next version is composed from. */
export interface Present {
  readonly current: StoredSupergraph;
  readonly seed: Seed;
  readonly base: Base;
  /** The build's own. */
  readonly own: readonly Part[];
  /** Of SUPERGRAPH_FILE, and registered. */
  readonly outside: readonly Part[];
}

async function withTexts(
  store: Pick<SupergraphStore, 'sdls'>,
  subgraphs: readonly StoredSubgraph[],
): Promise<Part[]> {
  const texts = await store.sdls([...new Set(subgraphs.map(({ hash }) => hash))]);
  return subgraphs.map((each) => {
    const sdl = texts.get(each.hash);
    if (sdl === undefined) throw new Error(`The SDL of ${each.name} is not stored: ${each.hash}`);
    return { ...each, sdl };
  });
}

/** Subgraphs of a stored version, or of the seed, with their texts. */
export const partsOf = (
  store: Pick<SupergraphStore, 'sdls'>,
  { subgraphs }: Pick<StoredSupergraph, 'subgraphs'>,
): Promise<Part[]> => withTexts(store, subgraphs);

/**
 * The subgraphs of the outside that are in the graph. Where the seed changed and what is registered does not compose with it,
 * those of its file, and what is registered in their place.
 */
const outsideOf = (current: StoredSupergraph, seed: Seed): StoredSubgraph[] => {
  const served = current.subgraphs.filter(isOutside);
  if (current.seedHash === seed.hash) return served;
  return overlaid(
    seed.subgraphs.filter(isOutside),
    served.filter(({ origin }) => origin === 'registered'),
  );
};

/** Null: nothing is stored yet. */
export async function readPresent(store: SupergraphStore): Promise<Present | null> {
  const [current, seed] = [await store.current(), await store.seed()];
  if (!current || !seed) return null;
  const own = seed.subgraphs.filter((each) => !isOutside(each));
  const parts = await withTexts(store, [...own, ...outsideOf(current, seed)]);
  return {
    current,
    seed,
    base: { version: current.version, seedHash: seed.hash },
    own: parts.slice(0, own.length),
    outside: parts.slice(own.length),
  };
}
