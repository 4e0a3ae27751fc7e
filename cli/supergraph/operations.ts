import { type Operation, operation, type UserError } from '../demo/operation.ts';

/** A subgraph as the graph shows it. */
export interface ShownSubgraph {
  readonly name: string;
  readonly url: string;
  readonly origin: 'SHIPPED' | 'FILE' | 'REGISTERED';
  readonly types: readonly string[];
}

/** An operation that uses what changes. */
export interface ShownUse {
  readonly operation: string;
  readonly count: number;
  readonly lastSeenAt: string;
}

export interface ShownChange {
  readonly criticality: 'BREAKING' | 'DANGEROUS' | 'NON_BREAKING';
  readonly message: string;
  readonly coordinate: string;
  readonly usedBy: readonly ShownUse[];
}

/** A version of the stored supergraph. */
export interface ShownVersion {
  readonly version: number;
  readonly reason: 'SHIPPED' | 'REGISTERED' | 'WITHDRAWN' | 'ROLLED_BACK';
  readonly processorId: string | null;
  readonly rolledBackTo: number | null;
  readonly createdAt: string;
  readonly createdBy: string | null;
  readonly hash: string;
  readonly subgraphs: readonly ShownSubgraph[];
  readonly changes: readonly ShownChange[];
}

const CHANGES = 'changes { criticality message coordinate usedBy { operation count lastSeenAt } }';
const VERSION = `version reason processorId rolledBackTo createdAt createdBy hash
  subgraphs { name url origin types } ${CHANGES}`;

type Nothing = Record<string, never>;

export const showing = operation<
  {
    readonly supergraph: {
      readonly current: ShownVersion;
      readonly problem: string | null;
      readonly recordedOperations: number;
    };
  },
  Nothing
>(`query Supergraph { supergraph { current { ${VERSION} } problem recordedOperations } }`);

export const listing = operation<
  { readonly supergraph: { readonly history: readonly ShownVersion[] } },
  { readonly first: number }
>(`query SupergraphHistory($first: Int!) { supergraph { history(first: $first) { ${VERSION} } } }`);

export const reading = operation<
  { readonly supergraph: { readonly current: { readonly sdl: string } } },
  Nothing
>('query SupergraphSdl { supergraph { current { sdl } } }');

/** The answer to a change of the supergraph. */
export interface Changed {
  readonly done: {
    readonly supergraph: ShownVersion | null;
    readonly changes: readonly ShownChange[];
    readonly userErrors: readonly UserError[];
  };
}

const changing = <Variables>(
  name: string,
  signature: string,
  call: string,
): Operation<Changed, Variables> => ({
  text: `mutation ${name}(${signature}) {
    done: ${call} { supergraph { ${VERSION} } ${CHANGES} userErrors { field code message } }
  }`,
});

export const rollingBack = changing<{ readonly to: number }>(
  'SupergraphRollback',
  '$to: Int!',
  'rollbackSupergraph(to: $to)',
);

export const withdrawing = changing<{ readonly id: string; readonly allow: readonly string[] }>(
  'SupergraphWithdraw',
  '$id: ID!, $allow: [String!]!',
  'withdrawSubgraph(processorId: $id, allowBreaking: $allow)',
);

export const registering = changing<{ readonly input: Record<string, unknown> }>(
  'SupergraphRegister',
  '$input: RegisterProcessorInput!',
  'registerProcessor(input: $input)',
);
