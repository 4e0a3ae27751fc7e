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
 * From a `createBlob` to its payload at a subscriber, with fields of two subgraphs; beside it, from a JetStream publish to
 * a WebSocket behind a bare pipe on the same server. They take turns; one draft at a time, each once the one before is
 * expanded. Each is timed from its sending and from its acknowledgement. A draft is acknowledged when it is committed,
 * which is before it is published; the pipe’s message when it is in the log, and as good as told. What follows a draft’s
 * acknowledgement is therefore held against the pipe’s whole way, too. `--before FOLDER`: a built checkout, measured too.
 */

const CHANGES =
  'subscription ($after: String) { blobChanged(after: $after) { kind blob { id title schema { title } } } }';
const EACH = 100;
const SENTENCES = 12;

interface Changed {
  readonly blobChanged: { readonly kind: string; readonly blob: { readonly id: string } | null };
}

/** Milliseconds of one message to its arrival; 0 where it arrived before its acknowledgement. */
interface Told {
  readonly sent: number;
  readonly acknowledged: number;
}

/** A way from a sender to a receiver. */
interface Way {
  readonly name: string;
  once(): Promise<Told>;
  close(): Promise<void>;
}

const told = (sentAt: number, acknowledgedAt: number, arrivedAt: number): Told => ({
  sent: arrivedAt - sentAt,
  acknowledged: Math.max(0, arrivedAt - acknowledgedAt),
});

const doneWith = (id: string): string => `${id} is expanded`;

/** The stage that a change tells of: a blob was stored, or is expanded. */
function arrivedIn({ blobChanged: { kind, blob } }: Changed): string | undefined {
  if (kind === 'CREATED') return blob?.id;
  return kind === 'COMPLETED' && blob ? doneWith(blob.id) : undefined;
}

async function ourWay(shape: Shape, name: string, root?: string): Promise<Way> {
  // State in PostgreSQL: on MongoDB, most of what is measured is the stand-in of `npm run services`.
  const system = await startSystem(shape, { environment: { MONGO_URL: '' }, ...(root && { root }) });
  const client = await system.client();
  const arrivals = new Arrivals();
  arrivals.follow(client, CHANGES, { after: await liveCursor(client) }, arrivedIn);
  let chapter = 0;
  return {
    name,
    async once() {
      chapter += 1;
      const input = draftInput({ content: prose(chapter, SENTENCES), chapter });
      const sentAt = performance.now();
      const { createBlob } = await client.query<{ createBlob: { blob: { id: string } } }>(CREATE, { input });
      const acknowledgedAt = performance.now();
      const { id } = createBlob.blob;
      const arrivedAt = await arrivals.of(id);
      await arrivals.of(doneWith(id));
      return told(sentAt, acknowledgedAt, arrivedAt);
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
      const sentAt = performance.now();
      await jetstream(connection).publish(`${stream}.all`, String(sent));
      const acknowledgedAt = performance.now();
      return told(sentAt, acknowledgedAt, await arrivals.of(String(sent)));
    },
    async close() {
      socket.terminate();
      await pipe.stop();
      await manager.streams.delete(stream);
      await connection.close();
    },
  };
}

/** Of each turn. */
interface Quantiles {
  readonly p50: number[];
  readonly p99: number[];
}
type Figures = Readonly<Record<keyof Told, Quantiles>>;

const none = (): Figures => ({ sent: { p50: [], p99: [] }, acknowledged: { p50: [], p99: [] } });

async function turn(way: Way, into: Figures): Promise<void> {
  const samples: Told[] = [];
  for (let count = 0; count < EACH; count += 1) samples.push(await way.once());
  for (const from of ['sent', 'acknowledged'] as const) {
    const each = samples.map((sample) => sample[from]);
    into[from].p50.push(quantile(each, 0.5));
    into[from].p99.push(quantile(each, 0.99));
  }
}

interface Measured {
  readonly way: Way;
  readonly figures: Figures;
}

function tableOf(share: keyof Quantiles, all: readonly Measured[]): string {
  const bare = all[0]?.figures ?? none();
  const [whole, acknowledged] = [bare.sent[share], bare.acknowledged[share]];
  return table(
    [
      `${share}, real stores`,
      'sent to told, ms',
      'to the pipe',
      'acknowledged to told, ms',
      'to the pipe’s sent to told',
      'to the pipe’s acknowledged to told',
    ],
    all.map(({ way, figures: { sent, acknowledged: after } }) => [
      way.name,
      spread(sent[share], 1),
      ratios(sent[share], whole),
      spread(after[share], 1),
      ratios(after[share], whole),
      ratios(after[share], acknowledged),
    ]),
  );
}

export const benchmark: Benchmark = {
  async run({ rounds, before }) {
    const ways: Way[] = [];
    try {
      ways.push(await bareWay());
      for (const root of [undefined, ...(before ? [before] : [])]) {
        ways.push(await ourWay('real', `one process${root ? ', before' : ''}`, root));
        ways.push(await ourWay('processes', `a process each${root ? ', before' : ''}`, root));
      }
      const all = ways.map((way) => ({ way, figures: none() }));
      for (const { way } of all) await turn(way, none());
      for (let round = 1; round <= rounds; round += 1) {
        for (const { way, figures } of all) await turn(way, figures);
        progress(`round ${round} of ${rounds}`);
      }
      return `${tableOf('p50', all)}\n\n${tableOf('p99', all)}`;
    } finally {
      await Promise.all(ways.map((way) => way.close()));
    }
  },
};
