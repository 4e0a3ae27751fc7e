import { getBatchingExecutor } from '@graphql-tools/batch-execute';
import { type DocumentNode, OperationTypeNode, print } from 'graphql';
import { LRUCache } from 'lru-cache';
import type { GatewayContext } from './context.ts';
import type { SubgraphResult } from './entities.ts';
import type { Transport } from './transport.ts';

export interface SubgraphOperation {
  readonly query: string;
  readonly document: DocumentNode;
  readonly operationName: string | undefined;
  readonly operationType: OperationTypeNode;
  readonly variables: Readonly<Record<string, unknown>>;
  /** One object an operation of a client: only what it asks for is merged. */
  readonly context: GatewayContext;
}

/** Runs operations of one subgraph. */
export type SubgraphExecutor = (operation: SubgraphOperation) => Promise<SubgraphResult>;

/** The library's batch: one operation, or several merged into one. */
interface MergedOperation {
  readonly document: DocumentNode;
  readonly operationName?: string | undefined;
  readonly operationType?: OperationTypeNode | undefined;
  readonly variables?: Record<string, unknown> | undefined;
  readonly context?: GatewayContext | undefined;
  readonly extensions?: { readonly queries?: readonly string[] } | undefined;
}

type BatchingExecutor = Parameters<typeof getBatchingExecutor>[1];

const QUERY_TIMEOUT_MS = 10_000;
/** Compiling a long book takes longer than any question. */
const MUTATION_TIMEOUT_MS = 30_000;
const MERGED_TEXTS = 500;

const gatherQueries = (gathered: { queries?: readonly string[] }, { extensions }: MergedOperation) => ({
  queries: [...(gathered.queries ?? []), ...(extensions?.queries ?? [])],
});

/**
 * Runs operations of a subgraph so that queries that one client's operation asks in the same step of its plan
 * become one request: a DataLoader per operation and subgraph, whose batch is merged by aliases.
 */
export function createBatchingExecutor(subgraph: string, transport: Transport): SubgraphExecutor {
  // The same plan makes the same merged document over and over: it is written out once.
  const texts = new LRUCache<string, string>({ max: MERGED_TEXTS });

  function textOf({ document, extensions }: MergedOperation): string {
    const { queries = [] } = extensions ?? {};
    const [query] = queries;
    if (queries.length === 1 && query !== undefined) return query;
    const key = queries.join('\0');
    const text = texts.get(key) ?? print(document);
    texts.set(key, text);
    return text;
  }

  const send = ({ operationName, operationType, variables = {}, context, ...rest }: MergedOperation) => {
    if (!context) throw new TypeError('An operation needs its context');
    const repeatable = operationType !== OperationTypeNode.MUTATION;
    const timeoutMs = repeatable ? QUERY_TIMEOUT_MS : MUTATION_TIMEOUT_MS;
    const asked = { query: textOf(rest), operationName, variables, viewer: context.viewer };
    return transport.ask(subgraph, { ...asked, repeatable, timeoutMs });
  };

  return async ({ query, operationName, ...operation }) => {
    const run = getBatchingExecutor(operation.context, send as BatchingExecutor, undefined, gatherQueries);
    const named = operationName === undefined ? {} : { operationName };
    return (await run({ ...operation, ...named, extensions: { queries: [query] } })) as SubgraphResult;
  };
}
