import type { EventStreams } from '../../platform/serving/event-stream/streams.ts';
import type { Logger } from '../../platform/telemetry/logger.ts';
import type { Sessions } from '../admission/sessions.ts';
import type { Follow } from './followed.ts';

/** The parts that answer subscriptions with event streams, in GraphQL's words or REST's. */
export interface Streaming {
  readonly streams: EventStreams;
  readonly follow: Follow;
  readonly sessions: Pick<Sessions, 'open'>;
  readonly logger: Logger;
}
