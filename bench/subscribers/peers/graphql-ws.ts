import { EventEmitter, on, once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { buildSchema } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';

/** graphql-ws's own server as its documentation sets it up, in a process of its own: a subscription waits for events. */

const schema = buildSchema(`
  type Query { nothing: Int }
  type Blob { id: ID! title: String! }
  type Change { cursor: String! kind: String! blobId: ID! version: Int! blob: Blob }
  type Subscription { blobChanged(after: String): Change! }
`);
const events = new EventEmitter().setMaxListeners(0);

async function* blobChanged() {
  for await (const [change] of on(events, 'change')) yield { blobChanged: change };
}

const server = new WebSocketServer({ host: '127.0.0.1', port: 0, path: '/graphql' });
useServer({ schema, roots: { subscription: { blobChanged } } }, server);
await once(server, 'listening');
process.send?.({ url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/graphql` });
process.on('disconnect', () => process.exit());
