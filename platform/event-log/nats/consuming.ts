import type { NatsConnection } from '@nats-io/transport-node';
import type { Logger } from '../../telemetry/logger.ts';
import type { ConsumeOptions, MessageHandler } from '../consuming.ts';
import type { OutgoingMessage, Position } from '../message.ts';
import { passedOn, replayed } from '../replay.ts';
import { CutHearing } from '../room/hearing.ts';
import { NatsConsumption } from './consumption.ts';
import { unavailable } from './jetstream/errors.ts';
import { fromReceived } from './jetstream/messages.ts';
import type { NatsParts } from './parts.ts';
import { NatsPuller } from './puller.ts';
import type { KeptCut } from './room/cuts.ts';

export interface ConsumingDependencies {
  readonly connection: NatsConnection;
  readonly parts: NatsParts;
  readonly logger: Logger | undefined;
  readonly position: (sequence: number) => Position;
  /** Publishes a message that is passed on as it is. */
  readonly append: (message: OutgoingMessage) => Promise<unknown>;
}

/**
 * Starts to consume for a durable, and to look whether it was cut.
 * @throws EventLogUnavailable when the server does not have the consumer, or does not answer
 */
export async function startConsuming(
  options: ConsumeOptions,
  handler: MessageHandler,
  { connection, parts, logger, position, append }: ConsumingDependencies,
): Promise<{ readonly consumption: NatsConsumption; readonly hearing: CutHearing<KeptCut> }> {
  const { client, stream, keeper, deadLetters, cuts, subjects } = parts;
  const { durable } = options;
  const request = `${client.apiPrefix}.CONSUMER.MSG.NEXT.${stream.name}.${durable}`;
  const consumption = await NatsConsumption.start({
    options,
    handler,
    logger,
    ensure: () => keeper.ensureConsumer(options),
    puller: () => new NatsPuller(connection, request),
    decode: ({ message, sequence, publishedAt }) =>
      replayed(fromReceived(message, position(sequence), publishedAt, subjects)),
    passOn: async (message) => {
      await append(passedOn(durable, message));
    },
    bury: (letter) => deadLetters.add({ ...letter, setAsideAt: new Date() }),
  }).catch((error: unknown) => {
    throw unavailable(`The consumer ${durable} cannot be used`, error);
  });
  const hearing = new CutHearing<KeptCut>({
    options,
    logger,
    find: () => cuts.find(durable),
    forget: (kept) => cuts.remove(kept),
  });
  return { consumption, hearing };
}
