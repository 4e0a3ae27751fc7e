import { AckPolicy, type JetStreamManager } from '@nats-io/jetstream';
import type { ConsumeOptions } from '../../consuming.ts';
import { isConsumerNotFound, isStreamNotFound } from './errors.ts';
import { consumerConfig, differences, FIXED, type WantedStream, widened } from './streams.ts';

type Settings = Readonly<Record<string, unknown>>;

const isSame = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

/** One line for each setting of `wanted` that `found` has otherwise. */
const drift = (name: string, found: Settings, wanted: Settings): string[] =>
  Object.entries(wanted)
    .filter(([key, value]) => !isSame(found[key], value))
    .map(
      ([key, value]) =>
        `${name} has ${key} ${JSON.stringify(found[key])} in place of ${JSON.stringify(value)}`,
    );

/** A stream's problems. */
export async function streamProblems(manager: JetStreamManager, wanted: WantedStream): Promise<string[]> {
  const name = `stream ${wanted.name}`;
  try {
    const { config } = await manager.streams.info(wanted.name);
    return drift(name, { ...config }, { ...FIXED, ...differences(config, wanted) });
  } catch (error) {
    if (isStreamNotFound(error)) return [`${name} is missing`];
    throw error;
  }
}

/** A consumer's problems; none where the stream itself is missing. */
export async function consumerProblems(
  manager: JetStreamManager,
  stream: string,
  options: ConsumeOptions,
  subjects: readonly string[],
): Promise<string[]> {
  const name = `consumer ${options.durable}`;
  try {
    const { config } = await manager.consumers.info(stream, options.durable);
    // Filters that other versions added are fine.
    const { filter, complete } = widened(config, subjects);
    const wanted = { ...consumerConfig(options, filter), ack_policy: AckPolicy.Explicit };
    return drift(name, { ...config, ...(complete ? { filter_subjects: filter } : {}) }, wanted);
  } catch (error) {
    if (isStreamNotFound(error)) return [];
    if (isConsumerNotFound(error)) return [`${name} is missing`];
    throw error;
  }
}
