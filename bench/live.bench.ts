import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { WebSocket } from 'ws';
import { draftInput, liveCursor } from '../e2e/harness/operations.ts';
import { type Shape, startSystem } from '../e2e/harness/system.ts';
import { builtFile } from '../platform/process/paths.ts';
import { services } from '../platform/testing/services.ts';
import { Arrivals } from './harness/arrivals.ts';
import { type Benchmark, progress } from './harness/benchmark.ts';
import { CREATE, prose } from './harness/drafts.ts';
import { type Forked, startForked } from './harness/forked.ts';
import { quantile, ratios, spread, table } from './harness/statistics.ts';

/**
 * From an acknowledged `createBlob` to its payload at a subscriber, with fields of two subgraphs. For comparison, from
 * an acknowledged JetStream publish to a WebSocket behind a bare pipe on the same server. They take turns; one at a
 * time.
 */

const CHANGES =
  'subscription ($after: String) { blobChanged(after: $after) { kind blob { id title schema { title } } } }';
const EACH = 100;
const SENTENCES = 12;

interface Changed {
  readonly blobChanged: { readonly kind: string; readonly blob: { readonly id: string } | null };
}

/** A way from a sender to a receiver. */
interface Way {
  readonly name: string;
  /** Resolves to milliseconds; 0 where it arrived before the acknowledgement. */
  once(): Promise<number>;
  close(): Promise<void>;
}

const since = (acknowledgedAt: number, arrivedAt: number): number => Math.max(0, arrivedAt - acknowledgedAt);

/** The id of a blob that was stored. */
const createdId = ({ blobChanged: { kind, blob } }: Changed): string | undefined =>
  kind === 'CREATED' ? blob?.id : undefined;

async function ourWay(shape: Shape, name: string): Promise<Way> {
  // State in PostgreSQL: on MongoDB, most of what is measured is the stand-in of `npm run services`.
  const system = await startSystem(shape, { environment: { MONGO_URL: '' } });
  const client = await system.client();
  const arrivals = new Arrivals();
  arrivals.follow(client, CHANGES, { after: await liveCursor(client) }, createdId);
  let chapter = 0;
  return {
    name,
    async once() {
      chapter += 1;
      const input = draftInput({ content: prose(chapter, SENTENCES), chapter });
      const { createBlob } = await client.query<{ createBlob: { blob: { id: string } } }>(CREATE, { input });
      const acknowledgedAt = performance.now();
      return since(acknowledgedAt, await arrivals.of(createBlob.blob.id));
    },
    close: () => system.stop(),
  };
}

async function bareWay(): Promise<Way> {
  const servers = services().natsUrl;
  const stream = `pipe_${randomBytes(5).toString('hex')}`;
  const connection = await connect({ servers });
  const manager = await jetstreamManager(connection);
  await manager.streams.add({ name: stream, subjects: [`${stream}.*`], max_bytes: 64 * 1024 * 1024 });
  const pipe: Forked<{ url: string }> = await startForked(builtFile('bench/live/pipe.ts'), [servers, stream]);
  const socket = new WebSocket(pipe.told.url);
  await once(socket, 'open');
  const arrivals = new Arrivals();
  socket.on('message', (data) => arrivals.note(String(data)));
  let sent = 0;
  return {
    name: 'JetStream to WebSocket, nothing between',
    async once() {
      sent += 1;
      await jetstream(connection).publish(`${stream}.all`, String(sent));
      const acknowledgedAt = performance.now();
      return since(acknowledgedAt, await arrivals.of(String(sent)));
    },
    async close() {
      socket.terminate();
      await pipe.stop();
      await manager.streams.delete(stream);
      await connection.close();
    },
  };
}

interface Figures {
  readonly p50: number[];
  readonly p99: number[];
}

async function turn(way: Way, into: Figures): Promise<void> {
  const samples: number[] = [];
  for (let count = 0; count < EACH; count += 1) samples.push(await way.once());
  into.p50.push(quantile(samples, 0.5));
  into.p99.push(quantile(samples, 0.99));
}

export const benchmark: Benchmark = {
  async run({ rounds }) {
    const ways: Way[] = [];
    const none = (): Figures => ({ p50: [], p99: [] });
    try {
      ways.push(await bareWay());
      ways.push(await ourWay('real', 'one process'));
      ways.push(await ourWay('processes', 'a process each'));
      const all = ways.map((way) => ({ way, figures: none() }));
      for (const { way } of all) await turn(way, none());
      for (let round = 1; round <= rounds; round += 1) {
        for (const { way, figures } of all) await turn(way, figures);
        progress(`round ${round} of ${rounds}`);
      }
      const bare = all[0]?.figures ?? none();
      return table(
        ['real stores', 'p50 ms', 'to the bare pipe', 'p99 ms', 'to the bare pipe'],
        all.map(({ way, figures: { p50, p99 } }) => [
          way.name,
          spread(p50, 1),
          ratios(p50, bare.p50),
          spread(p99, 1),
          ratios(p99, bare.p99),
        ]),
      );
    } finally {
      await Promise.all(ways.map((way) => way.close()));
    }
  },
};
