import { createGraphClient, type GraphClient } from '../e2e/harness/client.ts';
import { createBlob, deleteBlob, liveCursor } from '../e2e/harness/operations.ts';
import { type OtherGateway, startOtherGateway } from '../e2e/harness/other-gateway.ts';
import { startSystem } from '../e2e/harness/system.ts';
import { Arrivals } from './harness/arrivals.ts';
import { type Benchmark, progress } from './harness/benchmark.ts';
import { quantile, spread, table } from './harness/statistics.ts';

/**
 * How long after a deletion was acknowledged another gateway has heard of it, on real servers: at a subscriber of that
 * gateway, which is told right after its entity cache.
 */

const DELETIONS = 200;
const DELETED = 'subscription ($after: String) { blobChanged(after: $after) { kind blobId } }';
const NOTE = { type: 'note', schemaId: 'note-v1', data: { content: 'To be deleted.' } };

interface Deleted {
  readonly blobChanged: { readonly kind: string; readonly blobId: string };
}

const deletedId = ({ blobChanged: { kind, blobId } }: Deleted): string | undefined =>
  kind === 'DELETED' ? blobId : undefined;

/** Milliseconds from acknowledgement to hearing, below 0 where it was heard of first. */
async function lags(writer: GraphClient, subscriber: GraphClient): Promise<number[]> {
  const arrivals = new Arrivals();
  arrivals.follow(subscriber, DELETED, { after: await liveCursor(subscriber) }, deletedId);
  const found: number[] = [];
  for (let count = 0; count < DELETIONS; count += 1) {
    const { blob } = await createBlob(writer, NOTE);
    const id = blob?.id ?? '';
    await deleteBlob(writer, id);
    const acknowledgedAt = performance.now();
    found.push((await arrivals.of(id)) - acknowledgedAt);
  }
  return found;
}

export const benchmark: Benchmark = {
  async run({ rounds }) {
    const system = await startSystem('real');
    let other: OtherGateway | undefined;
    const [p50, p99, slowest]: [number[], number[], number[]] = [[], [], []];
    try {
      other = await startOtherGateway(system);
      for (let done = 1; done <= rounds; done += 1) {
        const user = `bench-${done}`;
        const subscriber = createGraphClient(other.url, await system.token(user));
        const measured = await lags(await system.client(user), subscriber);
        await subscriber.close();
        p50.push(quantile(measured, 0.5));
        p99.push(quantile(measured, 0.99));
        slowest.push(Math.max(...measured));
        progress(`round ${done} of ${rounds}`);
      }
    } finally {
      await other?.stop();
      await system.stop();
    }
    return table(
      [`${DELETIONS} deletions a round`, 'median (min–max)'],
      [
        ['heard of by another gateway after the acknowledgement, p50 ms', spread(p50, 1)],
        ['p99 ms', spread(p99, 1)],
        ['slowest ms', spread(slowest, 1)],
      ],
    );
  },
};
