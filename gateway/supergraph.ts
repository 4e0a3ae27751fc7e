import { ApolloGateway, type GraphQLDataSource } from '@apollo/gateway';
import type { GraphQLSchema } from 'graphql';
import { disableVendorTelemetry } from '../platform/config.ts';
import type { Logger } from '../platform/logger.ts';
import { createBatchingExecutor } from './batching.ts';
import { createChangeSource } from './change-source.ts';
import { createDataSource } from './data-source.ts';
import { makeExecutable } from './plan.ts';
import type { Transport } from './transport.ts';

/** The subgraph whose subscriptions the gateway answers itself. */
const EVENTS = 'events';

/** Plans and runs operations over the subgraphs of a supergraph. Where they answer, the transport knows. */
export function createGateway(deps: {
  supergraphSdl: string;
  transport: Transport;
  logger: Logger;
}): ApolloGateway {
  disableVendorTelemetry();
  const { supergraphSdl, transport, logger } = deps;
  const schema = (): GraphQLSchema => {
    if (!gateway.schema) throw new TypeError('The supergraph is not loaded');
    return gateway.schema;
  };
  const gateway: ApolloGateway = new ApolloGateway({
    supergraphSdl,
    logger,
    validateSupergraph: false,
    __exposeQueryPlanExperimental: false,
    experimental_approximateQueryPlanStoreMiB: 20,
    queryPlannerConfig: { exposeDocumentNodeInFetchNode: true },
    // Called with the plan that is about to be run, and that is kept for the next time.
    experimental_didResolveQueryPlan: ({ queryPlan }) => makeExecutable(queryPlan),
    buildService({ name }) {
      const source = createDataSource(name, createBatchingExecutor(name, transport));
      return (name === EVENTS ? createChangeSource(source, schema) : source) as GraphQLDataSource;
    },
  });
  return gateway;
}
