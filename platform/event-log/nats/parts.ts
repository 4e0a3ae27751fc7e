import { type JetStreamClient, type JetStreamManager, jetstream } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { REPLAYS } from '../replay.ts';
import { DEFAULT_DEDUP_WINDOW_MS, defaultRetention } from '../retention.ts';
import { NatsDeadLetters } from './dead-letters.ts';
import { prefixed, type Subjects } from './jetstream/messages.ts';
import { natsPublisher, type Publish } from './jetstream/publisher.ts';
import { cutStream, deadLetterStream, logStream, type StreamSettings } from './jetstream/streams.ts';
import { NatsKeeper } from './keeper.ts';
import type { NatsEventLogOptions } from './options.ts';
import { NatsCuts } from './room/cuts.ts';
import { NatsDurables } from './room/durables.ts';
import { NatsRoom } from './room/room.ts';

/** The parts of a log on NATS. */
export interface NatsParts {
  readonly client: JetStreamClient;
  /** Settings of the log's stream. */
  readonly stream: StreamSettings;
  readonly subjects: Subjects;
  readonly publish: Publish;
  readonly deadLetters: NatsDeadLetters;
  readonly cuts: NatsCuts;
  readonly room: NatsRoom;
  readonly keeper: NatsKeeper;
}

const PUBLISH_TIMEOUT_MS = 30_000;

/** `onTended` is called after every check of the streams. */
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
  const letters = { ...common, name: deadLetters.name, subjects: [deadLetters.subject('*')] };
  const wanted = { log: logStream(stream), deadLetters: deadLetterStream(letters) };
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
