import type { GraphQLDataSource } from '@apollo/gateway';
import { execute, type GraphQLSchema, parse } from 'graphql';
import type { Change } from '../platform/changes/change.ts';
import type { GatewayContext } from './context.ts';

type Answer = Awaited<ReturnType<GraphQLDataSource<GatewayContext>['process']>>;

/** A change as the events subgraph tells it: of the blob nothing but its key. */
const blobChange = ({ occurredAt, ...change }: Change) => ({
  ...change,
  occurredAt: occurredAt.toISOString(),
  blob: change.kind === 'DELETED' ? null : { id: change.blobId },
});

/**
 * Answers a subscription's first fetch in process, from the change that the operation is run for; all else goes to
 * the events subgraph itself.
 */
export function createChangeSource(
  subgraph: GraphQLDataSource<GatewayContext>,
  schema: () => GraphQLSchema,
): GraphQLDataSource<GatewayContext> {
  return {
    async process(options) {
      const { change } = options.context as GatewayContext;
      if (!change) return subgraph.process(options);
      const { query = '', variables } = options.request;
      const document = ('document' in options && options.document) || parse(query);
      const rootValue = { blobChanged: blobChange(change) };
      return (await execute({ schema: schema(), document, rootValue, variableValues: variables })) as Answer;
    },
  };
}
