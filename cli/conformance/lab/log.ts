import { type ConsumerConfig, jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import type { EventLog } from '../../../platform/event-log/log.ts';
import type { OutgoingMessage } from '../../../platform/event-log/message.ts';
import { openNatsEventLog } from '../../../platform/event-log/nats/log.nats.ts';
import { type BlobEvent, toMessage } from '../../../platform/events/events.ts';
import { allSubjects } from '../../../platform/events/named.ts';
import { UsageError } from '../../../platform/process/exit.ts';

/** An acknowledgement as it was sent: `+ACK`, `-NAK`, `+WPI`, `+TERM`. */
export interface Acknowledgement {
  /** Sequence of the message in the log. */
  readonly sequence: number;
  /** Its first word; an empty one is `+ACK`. */
  readonly what: string;
}

/** A consumer's settings on the server. */
export interface ConsumerSettings {
  /** As NATS names it, e.g. `explicit`. */
  readonly ackPolicy: string;
  /** As NATS names it, e.g. `all`. */
  readonly deliverPolicy: string;
  /** -1: no limit. */
  readonly maxDeliver: number;
  readonly isPush: boolean;
  /** Subjects; empty: all of the stream. */
  readonly filters: readonly string[];
}

/** The event log of the tested processor, on a stream of its own. */
export interface TestedLog {
  /** `NAMESPACE` of the processor. */
  readonly namespace: string;
  /** All so far, in order. */
  readonly acknowledgements: readonly Acknowledgement[];
  /** Publishes an event. @returns its sequence */
  publish(event: BlobEvent): Promise<number>;
  /** Publishes any message. @returns its sequence */
  publishRaw(message: OutgoingMessage): Promise<number>;
  /** Publishes an event for one consumer only. @returns its sequence */
  publishTo(durable: string, event: BlobEvent): Promise<number>;
  /** A consumer's settings; undefined where there is none of that name. */
  consumer(durable: string): Promise<ConsumerSettings | undefined>;
  /** Deletes the streams. */
  close(): Promise<void>;
}

const MEBIBYTE = 1024 * 1024;

/**
 * Collects acknowledgements. Subjects are `$JS.ACK.<stream>.<consumer>.<delivered>.<sequence>.<consumer
 * sequence>.<time>.<pending>`, with more tokens in front in some setups.
 */
function hearAcknowledgements(connection: NatsConnection, stream: string, heard: Acknowledgement[]): void {
  connection.subscribe('$JS.ACK.>', {
    callback: (_error, message) => {
      const tokens = message.subject.split('.');
      if (!tokens.includes(stream)) return;
      const text = message.string();
      heard.push({
        sequence: Number(tokens.at(-4)),
        what: text === '' ? '+ACK' : (text.split(' ')[0] ?? ''),
      });
    },
  });
}

function settingsOf(config: ConsumerConfig): ConsumerSettings {
  const { ack_policy, deliver_policy, max_deliver, deliver_subject, filter_subject, filter_subjects } =
    config;
  return {
    ackPolicy: ack_policy,
    deliverPolicy: deliver_policy,
    maxDeliver: max_deliver ?? -1,
    isPush: deliver_subject !== undefined,
    filters: filter_subjects ?? (filter_subject === undefined ? [] : [filter_subject]),
  };
}

/** Creates the stream. @throws UsageError when no server answers */
export async function openTestedLog(servers: readonly string[], namespace: string): Promise<TestedLog> {
  const streamName = namespace.toUpperCase();
  const options = { servers: [...servers], streamName, subjectPrefix: namespace, subjects: allSubjects };
  const log: EventLog = await openNatsEventLog({ ...options, retention: { maxBytes: 32 * MEBIBYTE } }).catch(
    (cause) => {
      throw new UsageError(
        `No NATS with JetStream answers at ${servers.join(',')}: ${(cause as Error).message}`,
      );
    },
  );
  const connection = await connect({ servers: [...servers] });
  const manager = await jetstreamManager(connection);
  const acknowledgements: Acknowledgement[] = [];
  hearAcknowledgements(connection, streamName, acknowledgements);
  await connection.flush();
  const sequenceOf = async (message: OutgoingMessage) => (await log.publish(message)).position.sequence;
  return {
    namespace,
    acknowledgements,
    publish: (event) => sequenceOf(toMessage(event)),
    publishRaw: sequenceOf,
    publishTo: async (durable, event) => (await log.publishTo(durable, toMessage(event))).position.sequence,
    async consumer(durable) {
      const info = await manager.consumers.info(streamName, durable).catch(() => undefined);
      return info && settingsOf(info.config);
    },
    async close() {
      await log.close();
      const names = [streamName, `${streamName}_DLQ`, `${streamName}_CUTS`];
      await Promise.all(names.map((name) => manager.streams.delete(name).catch(() => undefined)));
      await connection.close();
    },
  };
}
