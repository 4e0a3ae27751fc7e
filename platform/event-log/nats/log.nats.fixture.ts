import { randomUUID } from 'node:crypto';
import { connect as connectSocket, createServer, type Server, type Socket } from 'node:net';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import type { EventLogFixture, OpenOptions } from '../contract/log.contract.fixture.ts';
import type { EventLog } from '../log.ts';
import { openNatsEventLog } from './log.nats.ts';
import type { NatsEventLogOptions } from './options.ts';

/** A way to the server that can be cut. */
export interface Wire {
  readonly address: string;
  /** Drops all connections, and refuses others until {@link mend}. */
  cut(): void;
  mend(): void;
  close(): void;
}

/** Pipes connections of a free port to the server at `url`. */
export async function openWire(url: string): Promise<Wire> {
  const { hostname, port } = new URL(url);
  const sockets = new Set<Socket>();
  let whole = true;
  const server: Server = createServer((client) => {
    const upstream = connectSocket(Number(port), hostname);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    if (whole) client.pipe(upstream).pipe(client);
    else client.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The wire has no port');
  const cut = () => {
    whole = false;
    for (const socket of sockets) socket.destroy();
  };
  return {
    address: `127.0.0.1:${address.port}`,
    cut,
    mend: () => {
      whole = true;
    },
    close: () => {
      cut();
      server.close();
    },
  };
}

export interface NatsFixture extends EventLogFixture {
  readonly streamName: string;
  /** The way of the log that was opened last. */
  wire(): Wire;
}

const MEBIBYTE = 1024 ** 2;

/** A log of its own on the server at `url`, gone at `close`. */
export async function natsFixture(
  url: string,
  fixed: Partial<NatsEventLogOptions> = {},
): Promise<NatsFixture> {
  const name = `t${randomUUID().replaceAll('-', '')}`;
  const admin = await connect({ servers: new URL(url).host });
  const manager = await jetstreamManager(admin);
  const wires = new Map<EventLog, Wire>();

  async function open({ retention, ...options }: OpenOptions = {}): Promise<EventLog> {
    const wire = await openWire(url);
    const log = await openNatsEventLog({
      servers: [wire.address],
      streamName: name,
      subjectPrefix: name,
      subjects: ['blob.>', 'book.>', 'user.>'],
      retention: { maxBytes: 16 * MEBIBYTE, ...retention },
      ...fixed,
      ...options,
    });
    wires.set(log, wire);
    return log;
  }

  const lose = async () => {
    for (const stream of [name, `${name}_DLQ`, `${name}_CUTS`])
      await manager.streams.delete(stream).catch(() => false);
  };

  return {
    streamName: name,
    wire() {
      const wire = [...wires.values()].at(-1);
      if (!wire) throw new Error('No log was opened');
      return wire;
    },
    open,
    peer: () => open(),
    kill: async (log) => wires.get(log)?.close(),
    // A server's clock cannot be set: what is to grow old has a short life.
    expire: async (how = 'purge') => {
      if (how === 'purge') await manager.streams.purge(name);
    },
    lose,
    async close() {
      await Promise.all([...wires.keys()].map((log) => log.close()));
      for (const wire of wires.values()) wire.close();
      await lose();
      await admin.close();
    },
  };
}
