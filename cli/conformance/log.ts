import { jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { openNatsEventLog } from '../../platform/event-log/log.nats.ts';
import type { EventLog, OutgoingMessage } from '../../platform/event-log/log.ts';
import { allSubjects, type BlobEvent, toMessage } from '../../platform/events/events.ts';
import { UsageError } from '../../platform/exit.ts';

/** An answer to a delivery, as it passed by: `+ACK`, `-NAK`, `+WPI`, `+TERM`. */
export interface Acknowledgement {
  /** Of the message in the log. */
  readonly sequence: number;
  readonly what: string;
}

/** A consumer as the server tells of it. */
export interface ConsumerSettings {
  readonly ackPolicy: string;
  readonly deliverPolicy: string;
  readonly maxDeliver: number;
  readonly isPush: boolean;
  readonly filters: readonly string[];
}

/** The event log of the processor that is tested, on a stream of its own. */
export interface TestedLog {
  /** The installation's name, as the processor is given it. */
  readonly namespace: string;
  readonly acknowledgements: readonly Acknowledgement[];
  /** Its place in the log. */
  publish(event: BlobEvent): Promise<number>;
  /** Of a message that need not be an event. */
  publishRaw(message: OutgoingMessage): Promise<number>;
  /** As messages come that are for one consumer alone. */
  publishTo(durable: string, event: BlobEvent): Promise<number>;
  /** Undefined where there is none of that name. */
  consumer(durable: string): Promise<ConsumerSettings | undefined>;
  /** Removes the streams. */
  close(): Promise<void>;
}

const MEBIBYTE = 1024 * 1024;

/** `$JS.ACK.<stream>.<consumer>.<delivered>.<sequence>.<consumer sequence>.<time>.<pending>`, with more before it in some setups. */
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

/** @throws UsageError when no server answers */
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
      if (!info) return undefined;
      const { ack_policy, deliver_policy, max_deliver, deliver_subject, filter_subject, filter_subjects } =
        info.config;
      return {
        ackPolicy: ack_policy,
        deliverPolicy: deliver_policy,
        maxDeliver: max_deliver ?? -1,
        isPush: deliver_subject !== undefined,
        filters: filter_subjects ?? (filter_subject === undefined ? [] : [filter_subject]),
      };
    },
    async close() {
      await log.close();
      const names = [streamName, `${streamName}_DLQ`, `${streamName}_CUTS`];
      await Promise.all(names.map((name) => manager.streams.delete(name).catch(() => undefined)));
      await connection.close();
    },
  };
}
