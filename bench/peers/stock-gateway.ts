import { readFile } from 'node:fs/promises';
import { ApolloGateway, RemoteGraphQLDataSource } from '@apollo/gateway';
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import { disableVendorTelemetry } from '../../platform/config.ts';
import { projectFile } from '../../platform/paths.ts';
import { SERVICE_SECRET_HEADER } from '../../platform/serving/authenticate.ts';

/**
 * Apollo's gateway as its documentation sets it up, over our supergraph, as the other router that our subgraphs let
 * in: it hands on the user's token, unread, beside the services' secret. Forked with its options as JSON; tells its
 * address to whoever forked it.
 */
export interface StockGatewayOptions {
  /** GraphQL endpoints by subgraph. */
  readonly endpoints: Readonly<Record<string, string>>;
  readonly serviceSecret: string;
}

interface Context {
  readonly authorization?: string | undefined;
}

const { endpoints, serviceSecret } = JSON.parse(process.argv[2] ?? '{}') as StockGatewayOptions;

disableVendorTelemetry();
const gateway = new ApolloGateway({
  supergraphSdl: await readFile(projectFile('gateway', 'supergraph.graphql'), 'utf8'),
  buildService: ({ name }) =>
    new RemoteGraphQLDataSource<Context>({
      url: endpoints[name] ?? '',
      willSendRequest({ request, context }) {
        // Asked for its schema only, it has no context.
        if (context.authorization) request.http?.headers.set('authorization', context.authorization);
        request.http?.headers.set(SERVICE_SECRET_HEADER, serviceSecret);
      },
    }),
});
const server = new ApolloServer<Context>({ gateway });
const { url } = await startStandaloneServer(server, {
  listen: { host: '127.0.0.1', port: 0 },
  context: async ({ req }) => ({ authorization: req.headers.authorization }),
});
process.send?.(url);
