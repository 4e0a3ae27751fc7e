import { randomUUID } from 'node:crypto';
import {
  AckPolicy,
  type ConsumerConfig,
  type ConsumerInfo,
  type ConsumerUpdateConfig,
  DeliverPolicy,
  DiscardPolicy,
  type JetStreamManager,
  RetentionPolicy,
  StorageType,
  type StreamConfig,
  type StreamInfo,
} from '@nats-io/jetstream';
import { nanos } from '@nats-io/transport-node';
import type { ConsumeOptions } from '../../consuming.ts';
import { EpochGone, PositionGone } from '../../errors.ts';
import type { Position } from '../../message.ts';
import type { Retention } from '../../retention.ts';
import { unitedFilters } from '../../subjects.ts';
import { isOtherConsumer, isOtherStream, isStreamNotFound } from './errors.ts';

const EPOCH = 'blobgraph_epoch';
/** Bytes added to a message: the header's frame, the message id's name, a replay's marks. */
const HEADER_BYTES = 1_024;

export interface StreamSettings {
  readonly name: string;
  /** As the server sees them, with the prefix. */
  readonly subjects: readonly string[];
  /** Of each stream: 3 on a cluster. */
  readonly replicas: number;
  /** How long a message id is remembered. */
  readonly dedupWindowMs: number;
  readonly retention: Retention;
}

export type WantedStream = Pick<
  StreamConfig,
  | 'name'
  | 'subjects'
  | 'num_replicas'
  | 'max_age'
  | 'max_bytes'
  | 'max_msgs'
  | 'max_msg_size'
  | 'duplicate_window'
> &
  Partial<Pick<StreamConfig, 'max_msgs_per_subject'>>;

/** The stream of the log itself. */
export const logStream = ({ name, subjects, replicas, ...s }: StreamSettings): WantedStream => ({
  name,
  subjects: [...subjects],
  num_replicas: replicas,
  // The server would remove what nobody has acknowledged: the keeper removes by age.
  max_age: 0,
  max_bytes: s.retention.maxBytes,
  max_msgs: s.retention.maxMessages,
  max_msg_size: s.retention.maxMessageBytes + HEADER_BYTES,
  duplicate_window: nanos(s.dedupWindowMs),
});

/** The stream of cuts that were not heard of: one message of some 300 bytes a durable. */
export const cutStream = ({ name, subjects, replicas }: StreamSettings): WantedStream => ({
  name,
  subjects: [...subjects],
  num_replicas: replicas,
  max_age: 0,
  max_bytes: 4 * 1024 ** 2,
  max_msgs: -1,
  max_msg_size: 4_096,
  max_msgs_per_subject: 1,
  duplicate_window: nanos(120_000),
});

/** The stream of dead letters: a sixteenth of the log's size. */
export const deadLetterStream = ({ name, subjects, replicas, ...s }: StreamSettings): WantedStream => ({
  name,
  subjects: [...subjects],
  num_replicas: replicas,
  max_age: nanos(s.retention.deadLetterMaxAgeMs),
  max_bytes: Math.ceil(s.retention.maxBytes / 16),
  max_msgs: s.retention.maxMessages,
  // The message is kept as base64 within JSON.
  max_msg_size: 2 * s.retention.maxMessageBytes + 4_096,
  // A message that is set aside again after the window replaces its earlier dead letter.
  max_msgs_per_subject: 1,
  duplicate_window: nanos(Math.min(s.dedupWindowMs, s.retention.deadLetterMaxAgeMs)),
});

/** A stream's settings that cannot be changed, or never should be. */
export const FIXED = {
  storage: StorageType.File,
  retention: RetentionPolicy.Limits,
  discard: DiscardPolicy.New,
  allow_direct: true,
} as const;

/** Wanted settings that differ from a stream's. Subjects are only ever added. */
export function differences(
  config: StreamConfig,
  { name: _, ...wanted }: WantedStream,
): Partial<WantedStream> {
  const subjects = [...new Set([...config.subjects, ...wanted.subjects])];
  return Object.fromEntries(
    Object.entries({ ...wanted, subjects }).filter(
      ([key, value]) => JSON.stringify(config[key as keyof StreamConfig]) !== JSON.stringify(value),
    ),
  );
}

/** The epoch of a stream; of one that was not made by us, the time of its creation. */
export const epochOf = ({ config, created }: StreamInfo): string => config.metadata?.[EPOCH] ?? created;

/** Whether the stream still has all that follows a position. @throws EpochGone, PositionGone when it has not */
export function assertKept(info: StreamInfo, { epoch, sequence }: Position): void {
  const { first_seq: first, last_seq: last } = info.state;
  if (epochOf(info) !== epoch) throw new EpochGone(`The log of epoch ${epoch} is gone: query afresh`);
  if (sequence > last) throw new PositionGone(`Position ${sequence} is ahead of the log: query afresh`);
  if (sequence + 1 < first)
    throw new PositionGone(`What follows position ${sequence} is no longer kept: query afresh`);
}

/** Makes the stream, or adapts it, also when other processes do so at the same time. */
export async function ensureStream(manager: JetStreamManager, wanted: WantedStream): Promise<StreamInfo> {
  for (;;) {
    try {
      const { config, ...info } = await manager.streams.info(wanted.name);
      const changes = differences(config, wanted);
      if (Object.keys(changes).length === 0) return { config, ...info };
      return await manager.streams.update(wanted.name, changes);
    } catch (error) {
      if (!isStreamNotFound(error)) throw error;
    }
    try {
      return await manager.streams.add({
        ...wanted,
        ...FIXED,
        metadata: { [EPOCH]: randomUUID() },
      });
    } catch (error) {
      // Another process was first: its stream, with its epoch, is the one.
      if (!isOtherStream(error)) throw error;
    }
  }
}

/**
 * Deliveries are counted here and not by the server, which would drop a message after the last one without a
 * word. In work and waiting for their backoff, all processes together, are at most `max_ack_pending`.
 */
export const consumerConfig = (
  options: ConsumeOptions,
  subjects: readonly string[],
): ConsumerUpdateConfig => ({
  ack_wait: nanos(options.ackWaitMs),
  max_deliver: -1,
  max_ack_pending: 10_000,
  filter_subjects: [...subjects],
});

/** A consumer's filters, as the server sees them. */
export const filterOf = ({ filter_subjects: several, filter_subject: one }: ConsumerConfig): string[] =>
  several ?? (one === undefined ? [] : [one]);

/** Whether a consumer has all of these filters, and which it has with them. */
export function widened(config: ConsumerConfig, subjects: readonly string[]) {
  const filter = filterOf(config);
  const wanted = unitedFilters([...filter, ...subjects]);
  return { filter: wanted, complete: wanted.every((subject) => filter.includes(subject)) };
}

/**
 * Makes the durable consumer, or adapts it; its filter only grows. `subjects` are as the server sees them.
 */
export async function ensureConsumer(
  manager: JetStreamManager,
  stream: string,
  options: ConsumeOptions,
  subjects: readonly string[],
): Promise<ConsumerInfo> {
  const config = consumerConfig(options, subjects);
  const made: Partial<ConsumerConfig> = {
    ...config,
    durable_name: options.durable,
    ack_policy: AckPolicy.Explicit,
    deliver_policy: DeliverPolicy.All,
    // One request of every worker of every process waits at the server; this cannot be changed later.
    max_waiting: 8_192,
  };
  try {
    return await manager.consumers.add(stream, made);
  } catch (error) {
    if (!isOtherConsumer(error)) throw error;
  }
  for (;;) {
    const { filter } = widened((await manager.consumers.info(stream, options.durable)).config, subjects);
    await manager.consumers.update(stream, options.durable, { ...config, filter_subjects: filter });
    // Another process may have written what it had read before: the server compares nothing.
    const info = await manager.consumers.info(stream, options.durable);
    if (widened(info.config, subjects).complete) return info;
  }
}
