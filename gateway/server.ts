import { ApolloServer, type ApolloServerPlugin } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  getVariableValues,
  Kind,
  type OperationDefinitionNode,
} from 'graphql';
import { BlobgraphError, errorTable } from '../platform/errors.ts';
import type { Logger } from '../platform/logger.ts';
import { formatGraphQLError } from '../platform/serving/graphql.ts';
import { RETRY_AFTER_SECONDS } from '../platform/serving/http.ts';
import type { GatewayContext } from './context.ts';
import { createCosting, listSizesOf } from './operations/cost.ts';
import { limitsRule, type OperationLimits, tooComplex } from './operations/limits.ts';
import { createGateway } from './supergraph.ts';
import type { Transport } from './transport.ts';

/** The graph, ready to run operations. */
export interface GraphServer {
  readonly apollo: ApolloServer<GatewayContext>;
  readonly schema: GraphQLSchema;
  /** @throws GraphQLError QUERY_TOO_COMPLEX when the operation could bring more than the limits allow */
  assertAffordable(operation: SizedOperation): void;
}

export interface SizedOperation {
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  /** As they were sent. */
  readonly variables: Readonly<Record<string, unknown>>;
}

const fragmentsOf = ({ definitions }: DocumentNode) =>
  new Map(
    definitions.flatMap((definition) =>
      definition.kind === Kind.FRAGMENT_DEFINITION ? [[definition.name.value, definition] as const] : [],
    ),
  );

const refusal = (error: BlobgraphError): GraphQLError =>
  new GraphQLError(error.message, { originalError: error, extensions: { http: { status: 400 } } });

function affordability(schema: GraphQLSchema, supergraphSdl: string, limits: OperationLimits) {
  const costOf = createCosting(schema, listSizesOf(supergraphSdl));
  return ({ document, operation, variables }: SizedOperation): void => {
    // Variables that do not fit are refused by whoever runs the operation.
    const { coerced = variables } = getVariableValues(schema, operation.variableDefinitions ?? [], variables);
    const cost = costOf({ operation, fragments: fragmentsOf(document), variables: coerced });
    if (cost <= limits.cost) return;
    const what = `The operation could bring ${cost} objects; at most ${limits.cost} are allowed.`;
    throw refusal(tooComplex(`${what} Ask for shorter pages (\`first\`) or fewer lists within lists.`));
  };
}

/** Refuses what HTTP cannot answer, and what costs too much. */
const guard = (
  assertAffordable: (operation: SizedOperation) => void,
): ApolloServerPlugin<GatewayContext> => ({
  async requestDidStart() {
    return {
      async didResolveOperation({ document, operation, request, contextValue }) {
        // What is run for a change was checked when its subscription began.
        if (contextValue.change) return;
        if (!operation) {
          throw refusal(
            new BlobgraphError('BAD_REQUEST', 'Name one operation of the document as `operationName`.'),
          );
        }
        if (operation.operation === 'subscription') {
          throw refusal(
            new BlobgraphError('BAD_REQUEST', 'Subscriptions are served over graphql-ws at /graphql.'),
          );
        }
        assertAffordable({ document, operation, variables: request.variables ?? {} });
      },
    };
  },
});

/** The executor tells in an extension of entities that were gone when their fields were asked for: they are null. */
const withoutCompletionNotes: ApolloServerPlugin<GatewayContext> = {
  async requestDidStart() {
    return {
      async willSendResponse({ response: { body } }) {
        if (body.kind === 'single') delete body.singleResult.extensions;
      },
    };
  },
};

/** An operation refused for overload is answered by HTTP's own status too, for clients that know only that. */
const overloadAsHttp: ApolloServerPlugin<GatewayContext> = {
  async requestDidStart() {
    return {
      async willSendResponse({ response: { body, http } }) {
        if (body.kind !== 'single' || body.singleResult.data) return;
        const { errors = [] } = body.singleResult;
        if (!errors.some(({ extensions }) => extensions?.['code'] === 'OVERLOADED')) return;
        http.status = errorTable.OVERLOADED.status;
        http.headers.set('retry-after', `${RETRY_AFTER_SECONDS}`);
      },
    };
  },
};

/** Starts the graph over its subgraphs. */
export async function startGraphServer(deps: {
  supergraphSdl: string;
  transport: Transport;
  limits: OperationLimits;
  logger: Logger;
}): Promise<GraphServer> {
  const { supergraphSdl, transport, limits, logger } = deps;
  const gateway = createGateway({ supergraphSdl, transport, logger });
  const apollo: ApolloServer<GatewayContext> = new ApolloServer<GatewayContext>({
    gateway,
    validationRules: [limitsRule(limits)],
    parseOptions: { maxLexicalTokens: limits.tokens },
    // Every request carries its token in a header, which a page of another origin cannot send unasked.
    csrfPrevention: { requestHeaders: ['authorization'] },
    formatError: (formatted, error) => formatGraphQLError(formatted, error, logger),
    includeStacktraceInErrorResponses: false,
    introspection: true,
    logger,
    stopOnTerminationSignals: false,
    plugins: [
      guard((operation) => graph.assertAffordable(operation)),
      withoutCompletionNotes,
      overloadAsHttp,
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
    ],
  });
  await apollo.start();
  const { schema } = gateway;
  if (!schema) throw new TypeError('The supergraph is not loaded');
  const graph: GraphServer = {
    apollo,
    schema,
    assertAffordable: affordability(schema, supergraphSdl, limits),
  };
  return graph;
}
