import { createServer } from 'node:http';
import { createGatewayRuntime } from '@graphql-hive/gateway-runtime';

/** Hive Gateway, with its own planner or (`planner: 'rust'`) that of Hive Router. Needs Node 22. */

const { supergraph, headers, planner } = JSON.parse(process.argv[2]);

const { unifiedGraphHandler } = planner === 'rust' ? await import('@graphql-hive/router-runtime') : {};
const gateway = createGatewayRuntime({
  supergraph,
  ...(unifiedGraphHandler && { unifiedGraphHandler }),
  logging: 'warn',
  propagateHeaders: {
    fromClientToSubgraphs: ({ request }) =>
      Object.fromEntries(headers.map((name) => [name, request.headers.get(name) ?? ''])),
  },
});
const server = createServer(gateway);
server.listen(0, '127.0.0.1', () => process.send(`http://127.0.0.1:${server.address().port}/graphql`));
