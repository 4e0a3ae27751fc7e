import { readFile } from 'node:fs/promises';
import { ApolloGateway, RemoteGraphQLDataSource } from '@apollo/gateway';
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';

/** Apollo's gateway as in its documentation: `ApolloServer` standalone, `RemoteGraphQLDataSource`. */

const { supergraph, headers } = JSON.parse(process.argv[2]);

const gateway = new ApolloGateway({
  supergraphSdl: await readFile(supergraph, 'utf8'),
  buildService: ({ url }) =>
    new RemoteGraphQLDataSource({
      url,
      willSendRequest({ request, context }) {
        // Requests for the schema have no context.
        for (const [name, value] of Object.entries(context.headers ?? {}))
          request.http.headers.set(name, value);
      },
    }),
});
const server = new ApolloServer({ gateway });
const { url } = await startStandaloneServer(server, {
  listen: { host: '127.0.0.1', port: 0 },
  context: async ({ req }) => ({
    headers: Object.fromEntries(headers.map((name) => [name, req.headers[name] ?? ''])),
  }),
});
process.send(url);
