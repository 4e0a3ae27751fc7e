import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { jetstream } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { WebSocketServer } from 'ws';

/** A bare pipe, in a process of its own: what a JetStream consumer is given goes to every WebSocket as it is. */

const [servers = '', stream = ''] = process.argv.slice(2);

const connection = await connect({ servers });
const sockets = new WebSocketServer({ host: '127.0.0.1', port: 0 });
await once(sockets, 'listening');
const consumer = await jetstream(connection).consumers.get(stream);
const messages = await consumer.consume();
process.send?.({ url: `ws://127.0.0.1:${(sockets.address() as AddressInfo).port}` });
for await (const message of messages)
  for (const socket of sockets.clients) socket.send(message.data, { binary: false });
