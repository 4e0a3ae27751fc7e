import { type JetStreamClient, type JetStreamManager, jetstream } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { NatsDeadLetters } from './log.nats.dead-letters.ts';
import { NatsKeeper } from './log.nats.keeper.ts';
import { prefixed, type Subjects } from './log.nats.messages.ts';
import { natsPublisher, type Publish } from './log.nats.publisher.ts';
import { cutStream, deadLetterStream, logStream, type StreamSettings } from './log.nats.streams.ts';
import type { NatsEventLogOptions } from './log.nats.ts';
import { REPLAYS } from './replay.ts';
import { DEFAULT_DEDUP_WINDOW_MS, defaultRetention } from './retention.ts';
import { NatsCuts } from './room/cuts.nats.ts';
import { NatsDurables } from './room/durables.nats.ts';
import { NatsRoom } from './room/room.nats.ts';

/** What a log on NATS is made of. */
export interface NatsParts {
  readonly client: JetStreamClient;
  /** Of the log itself. */
  readonly stream: StreamSettings;
  readonly subjects: Subjects;
  readonly publish: Publish;
  readonly deadLetters: NatsDeadLetters;
  readonly cuts: NatsCuts;
  readonly room: NatsRoom;
  readonly keeper: NatsKeeper;
}

const PUBLISH_TIMEOUT_MS = 30_000;

/** `onTended` is told after every look at the streams. */
export function natsParts(
  options: NatsEventLogOptions,
  connection: NatsConnection,
  manager: JetStreamManager,
  onTended: () => void,
): NatsParts {
  const { streamName: name, replicas = 1, dedupWindowMs = DEFAULT_DEDUP_WINDOW_MS, logger } = options;
  const client = jetstream(connection);
  const subjects = prefixed(options.subjectPrefix);
  const retention = { ...defaultRetention, ...options.retention };
  const common = { replicas, dedupWindowMs, retention };
  const stream = { ...common, name, subjects: [...options.subjects, REPLAYS].map(subjects.outer) };
  const publish = natsPublisher({
    client,
    timeoutMs: options.publishTimeoutMs ?? PUBLISH_TIMEOUT_MS,
    ensure: () => keeper.ensure(),
    makeRoom: (full) => (full === deadLetters.name ? deadLetters.makeRoom() : keeper.makeRoom()),
  });
  const deadLetters = new NatsDeadLetters({ manager, publish, subjects, stream: name, logger });
  const cuts = new NatsCuts({ manager, publish, subjects, stream: name });
  const wanted = {
    log: logStream(stream),
    deadLetters: deadLetterStream({
      ...common,
      name: deadLetters.name,
      subjects: [deadLetters.subject('*')],
    }),
  };
  const durables = new NatsDurables({ connection, manager, apiPrefix: client.apiPrefix, stream: name });
  const room = new NatsRoom({ manager, durables, cuts, retention, logger, ...wanted });
  const keeper: NatsKeeper = new NatsKeeper({
    manager,
    ...wanted,
    cuts: cutStream({ ...common, name: cuts.name, subjects: [cuts.subject('*')] }),
    room,
    subjects,
    logger,
    onTended,
  });
  return { client, stream, subjects, publish, deadLetters, cuts, room, keeper };
}
