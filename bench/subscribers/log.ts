import { setTimeout as pause } from 'node:timers/promises';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, headers as natsHeaders } from '@nats-io/transport-node';
import pMap from 'p-map';
import { blobMessage } from '../../platform/testing/events.ts';

/** An event of a user's blob. */
export interface Happening {
  readonly userId: string;
  readonly blobId: string;
}

/** Events that are published straight to a gateway's log. */
export interface Published {
  /** Publishes as fast as the log takes them. */
  all(events: Iterable<Happening>): Promise<void>;
  /** Publishes so many a second. @returns when each was sent, in milliseconds since the epoch, by the blob's id */
  atRate(events: readonly Happening[], aSecond: number): Promise<ReadonlyMap<string, number>>;
  close(): Promise<void>;
}

/** Publishes that are not acknowledged yet. */
const IN_FLIGHT = 2_000;
const TICK_MS = 5;

export async function openPublished(servers: string, namespace: string): Promise<Published> {
  const connection = await connect({ servers });
  const stream = jetstream(connection, { timeout: 60_000 });

  async function publish({ userId, blobId }: Happening): Promise<void> {
    const message = blobMessage(blobId, 1, { userId });
    const headers = natsHeaders();
    for (const [name, value] of Object.entries(message.headers)) headers.set(name, value);
    await stream.publish(`${namespace}.${message.subject}`, message.body, { headers });
  }

  return {
    async all(events) {
      await pMap(events, publish, { concurrency: IN_FLIGHT });
    },
    async atRate(events, aSecond) {
      const sentAt = new Map<string, number>();
      const acknowledged: Promise<void>[] = [];
      const begun = performance.now();
      while (sentAt.size < events.length) {
        const due = Math.min(events.length, ((performance.now() - begun) * aSecond) / 1_000);
        for (let next = sentAt.size; next < due; next = sentAt.size) {
          const event = events[next];
          if (!event) break;
          sentAt.set(event.blobId, performance.timeOrigin + performance.now());
          acknowledged.push(publish(event));
        }
        await pause(TICK_MS);
      }
      await Promise.all(acknowledged);
      return sentAt;
    },
    async close() {
      await (await jetstreamManager(connection)).streams.delete(namespace.toUpperCase());
      await connection.close();
    },
  };
}
