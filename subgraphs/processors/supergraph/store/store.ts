import type { SqlExecutor } from '../../../../platform/sql/database.ts';
import type { SchemaChange } from '../../../../platform/supergraph/checks/task.ts';

/**
 * Where a subgraph of a stored supergraph comes from: `shipped` with the build, from the `file` of SUPERGRAPH_FILE, or
 * `registered` by an operator.
 */
export type Origin = 'shipped' | 'file' | 'registered';

/** A subgraph of a stored supergraph; its SDL is kept once, by its hash. */
export interface StoredSubgraph {
  readonly name: string;
  /** Where its GraphQL answers, with the path. */
  readonly url: string;
  readonly origin: Origin;
  /** SHA-256 of its SDL, in hex. */
  readonly hash: string;
  /** The types of blobs that are its own. */
  readonly types: readonly string[];
}

/** Why there is a version. */
export const reasons = ['SHIPPED', 'REGISTERED', 'WITHDRAWN', 'ROLLED_BACK'] as const;
export type Reason = (typeof reasons)[number];

/** A change as it is kept and shown. */
export type StoredChange = Pick<SchemaChange, 'criticality' | 'message' | 'coordinate'> & {
  /** Operations that used it when the change was made, most often sent first. */
  readonly usedBy: readonly {
    readonly operation: string;
    readonly count: number;
    readonly lastSeenAt: string;
  }[];
};

/** A version of the supergraph, without its text. */
export interface SupergraphSummary {
  /** From 1 on, each one more than the one before. */
  readonly version: number;
  readonly reason: Reason;
  /** The processor that was registered or withdrawn; null of other reasons. */
  readonly processorId: string | null;
  /** The version that was gone back to; null of other reasons. */
  readonly rolledBackTo: number | null;
  readonly createdAt: Date;
  /** The operator; null where a start of the registry made it. */
  readonly createdBy: string | null;
  /** SHA-256 of the text, in hex. */
  readonly hash: string;
  /** The {@link Seed} that it was made on. */
  readonly seedHash: string;
  readonly subgraphs: readonly StoredSubgraph[];
  /** Its changes for clients, the breaking ones first; at most 500. */
  readonly changes: readonly StoredChange[];
}

/** A version of the supergraph. */
export interface StoredSupergraph extends SupergraphSummary {
  readonly sdl: string;
}

/** The subgraphs that the build ships and SUPERGRAPH_FILE adds: what all versions from now on are composed of. */
export interface Seed {
  /** Of all of it. */
  readonly hash: string;
  readonly subgraphs: readonly StoredSubgraph[];
  /** Why what is registered does not compose with it, so that the version before it is still served; null where it does. */
  readonly problem: string | null;
}

/** The versions that a change was composed from: it is taken only while both are as they were. */
export interface Base {
  /** Null: there is none yet. */
  readonly version: number | null;
  /** Null: there is none yet. */
  readonly seedHash: string | null;
}

/** A version that is to be stored. */
export type NewSupergraph = Omit<StoredSupergraph, 'version'> & {
  /** Texts of its subgraphs that may be new, by hash. */
  readonly sdls: ReadonlyMap<string, string>;
  /** Stored with it; default: the seed stays. */
  readonly seed?: Seed;
};

/** Another change was stored first: what was composed is outdated, and nothing was written. */
export class Outdated extends Error {
  override readonly name = 'Outdated';
}

/** How many versions are kept: the newest. */
export const MAX_VERSIONS = 50;

/** Stores the versions of the supergraph: only ever added to, the newest is current. */
export interface SupergraphStore {
  /** One cheap read: of the newest version; null: there is none yet. */
  currentVersion(): Promise<number | null>;
  /** The newest; null: there is none yet. */
  current(): Promise<StoredSupergraph | null>;
  /** Null: there is none, or none any more. */
  find(version: number): Promise<StoredSupergraph | null>;
  /** The newest first. */
  history(limit: number): Promise<SupergraphSummary[]>;
  /** Texts of these versions; those that are not kept are left out. */
  texts(versions: readonly number[]): Promise<Map<number, string>>;
  /** SDL of subgraphs by hash; hashes of none are left out. */
  sdls(hashes: readonly string[]): Promise<Map<string, string>>;
  seed(): Promise<Seed | null>;
  /**
   * Replaces the seed alone, where `base` still holds.
   * @throws Outdated
   */
  saveSeed(seed: Seed, sdls: ReadonlyMap<string, string>, base: Base): Promise<void>;
  /**
   * Adds a version, and lets go of those beyond {@link MAX_VERSIONS}. Of several at once with one `base`, one is stored.
   * @param tx a transaction that it becomes a part of; default: one of its own
   * @throws Outdated unless `base` still holds
   */
  append(supergraph: NewSupergraph, base: Base, tx?: SqlExecutor): Promise<StoredSupergraph>;
}
