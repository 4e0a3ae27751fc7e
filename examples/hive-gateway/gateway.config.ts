import { readFile } from 'node:fs/promises';
import { defineConfig } from '@graphql-hive/gateway';

const { env } = process;

/** Where a subgraph answers, as our services are told of each other: `TEXT_EXPANSION_URL=http://10.0.0.7:8012`. */
const addressOf = (subgraph: string) => env[`${subgraph.toUpperCase().replaceAll('-', '_')}_URL`];

const GRAPH = /@join__graph\(name: "([^"]+)", url: "[^"]*"\)/g;

/** The supergraph as it was composed, with the addresses of this installation where it names others. */
async function supergraph(): Promise<string> {
  const composed = await readFile(env['SUPERGRAPH_FILE'] ?? '../../gateway/supergraph.graphql', 'utf8');
  return composed.replace(GRAPH, (directive: string, name: string) => {
    const address = addressOf(name);
    return address
      ? `@join__graph(name: "${name}", url: ${JSON.stringify(`${address}/graphql`)})`
      : directive;
  });
}

/**
 * Whoever gets secret and token can ask all services as that user: in production, they go to those whose address the
 * environment names, and to no processor that only the supergraph knows.
 */
const isOurs = (subgraph: string) => env['NODE_ENV'] !== 'production' || addressOf(subgraph) !== undefined;

export const gatewayConfig = defineConfig({
  supergraph,
  // Another supergraph is served without a restart.
  pollingInterval: 10_000,
  propagateHeaders: {
    // `context.headers` has those of a request, and over WebSocket what `connection_init` says.
    fromClientToSubgraphs: ({ context, subgraphName }) =>
      isOurs(subgraphName)
        ? { authorization: context.headers['authorization'], 'x-service-secret': env['ROUTER_SECRET'] }
        : {},
  },
  transportEntries: {
    events: {
      options: {
        subscriptions: {
          kind: 'ws',
          options: {
            connectionParams: {
              authorization: '{context.headers.authorization}',
              'x-service-secret': '{env.ROUTER_SECRET}',
            },
          },
        },
      },
    },
  },
});
