import { AckPolicy, type ConsumerInfo, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import type { System } from '../harness/system.ts';

/** The log of a system on real servers, as its server sees it. */
export interface Observed {
  /** The consumers of processes that read it: those of processors acknowledge. */
  readers(): Promise<readonly ConsumerInfo[]>;
  /** The sequence of its newest message. */
  head(): Promise<number>;
  close(): Promise<void>;
}

export async function observe({ environment }: Pick<System, 'environment'>): Promise<Observed> {
  const { NATS_URL: url = '', NAMESPACE: namespace = '' } = environment;
  const stream = namespace.toUpperCase();
  const connection = await connect({ servers: new URL(url).host });
  const manager = await jetstreamManager(connection);
  return {
    async readers() {
      const readers: ConsumerInfo[] = [];
      for await (const consumer of manager.consumers.list(stream))
        if (consumer.config.ack_policy === AckPolicy.None) readers.push(consumer);
      return readers;
    },
    head: async () => (await manager.streams.info(stream)).state.last_seq,
    close: () => connection.close(),
  };
}
