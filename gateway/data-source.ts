import type { GraphQLDataSource } from '@apollo/gateway';
import { type DocumentNode, getOperationAST, Kind, OperationTypeNode, parse } from 'graphql';
import { BlobgraphError } from '../platform/errors.ts';
import type { SubgraphExecutor } from './batching.ts';
import type { GatewayContext } from './context.ts';
import { type Selected, type SubgraphResult, selectEntities, spreadEntities } from './entities.ts';

type ProcessOptions = Parameters<GraphQLDataSource<GatewayContext>['process']>[0];
type Answer = Awaited<ReturnType<GraphQLDataSource<GatewayContext>['process']>>;

/** The paths of a fetch's own result: each entity that was asked for, or else each field of the root. */
function pathsOf(document: DocumentNode, entities: Selected | undefined): (string | number)[][] {
  if (entities) return entities.representations.map((_, index) => ['_entities', index]);
  const selections = getOperationAST(document)?.selectionSet.selections ?? [];
  return selections.flatMap((selection) =>
    selection.kind === Kind.FIELD ? [[(selection.alias ?? selection.name).value]] : [],
  );
}

const lost = (subgraph: string): BlobgraphError =>
  new BlobgraphError('SUBGRAPH_UNAVAILABLE', `The ${subgraph} subgraph did not answer. Try again later.`);

/** That a subgraph is out of reach, told at each place that it would have filled. */
function outOfReach(subgraph: string, error: unknown, paths: (string | number)[][]): SubgraphResult {
  if (!(error instanceof BlobgraphError)) throw error;
  const { message, code } = error;
  return {
    data: null,
    errors: paths.map((path) => ({ message, path, extensions: { code, service: subgraph } })),
  };
}

/** A subgraph as the gateway's executor asks it. One that does not answer costs only what it would have filled. */
export function createDataSource(
  subgraph: string,
  execute: SubgraphExecutor,
): GraphQLDataSource<GatewayContext> {
  async function ask({ request, context, ...options }: ProcessOptions): Promise<SubgraphResult> {
    const { query = '', operationName, variables = {} } = request;
    const document = ('document' in options && options.document) || parse(query);
    const operationType = getOperationAST(document)?.operation ?? OperationTypeNode.QUERY;
    const { representations } = variables as { representations?: Record<string, unknown>[] };
    const entities = representations && selectEntities(representations);
    if (entities?.representations.length === 0) return spreadEntities({ data: { _entities: [] } }, entities);
    const paths = () => pathsOf(document, entities);
    const result = await execute({
      query,
      document,
      operationName,
      operationType,
      variables: entities ? { ...variables, representations: entities.representations } : variables,
      context: context as GatewayContext,
    }).catch((error: unknown) => outOfReach(subgraph, error, paths()));
    // What was merged into one request is lost together, and only one of them is told why.
    const told = result.data || result.errors ? result : outOfReach(subgraph, lost(subgraph), paths());
    return entities ? spreadEntities(told, entities) : told;
  }
  return { process: async (options) => (await ask(options)) as Answer };
}
