import type { OutsideSdl, SubgraphSdl } from '../with-outside.ts';

/** Why a subgraph, or a set of them, is not taken. */
export interface SdlFault {
  /** A whole sentence that says what is wrong and how to mend it. */
  readonly message: string;
  /** Of composition, e.g. `INVALID_FIELD_SHARING`; null where it is found before. */
  readonly code: string | null;
}

export const criticalities = ['BREAKING', 'DANGEROUS', 'NON_BREAKING'] as const;

/** One change of the schema that clients see. */
export interface SchemaChange {
  /** `BREAKING`: operations that were valid may be no more. `DANGEROUS`: they may be answered what they do not expect. */
  readonly criticality: (typeof criticalities)[number];
  readonly message: string;
  /** A schema coordinate, e.g. `BlobIndex.title`, `Query.blob(id:)`; `schema` where it is of no single place. */
  readonly coordinate: string;
  /** The parts that operations use where it concerns them: any of these coordinates, or anything of these types. */
  readonly concerns: { readonly coordinates: readonly string[]; readonly types: readonly string[] };
  /** Other subgraphs whose SDL has that place too; empty where nobody is asked. */
  readonly owners: readonly string[];
}

/** A processor's SDL that is to join the graph, in the place of what it has there. */
export interface CheckTask {
  readonly kind: 'check';
  readonly own: readonly SubgraphSdl[];
  /** Processors from outside that are in the graph. */
  readonly outside: readonly OutsideSdl[];
  readonly subgraph: SubgraphSdl;
  /** The type of blobs that its declaration names. */
  readonly graphqlType: string;
  /** The supergraph that it changes. */
  readonly before: string;
  /** The SDL that the subgraph itself answers; absent where it is not asked. */
  readonly served?: string;
}

/** A graph that is composed anew of what was checked before. */
export interface ComposeTask {
  readonly kind: 'compose';
  readonly own: readonly SubgraphSdl[];
  readonly outside: readonly OutsideSdl[];
  /** Null: nothing to compare it with. */
  readonly before: string | null;
}

/** Two supergraphs whose schemas are compared. */
export interface CompareTask {
  readonly kind: 'compare';
  readonly before: string;
  readonly after: string;
}

/** A supergraph whose processors from outside are wanted as SDL of their own. */
export interface ExtractTask {
  readonly kind: 'extract';
  readonly supergraph: string;
}

export type Task = CheckTask | ComposeTask | CompareTask | ExtractTask;

/** A supergraph, and what it changes for clients. */
export interface Composition {
  readonly sdl: string;
  readonly changes: readonly SchemaChange[];
}

/** Why there is no composition. */
export interface Refused {
  readonly faults: readonly SdlFault[];
}

export const isRefused = (result: object): result is Refused => 'faults' in result;
