import type { Logger } from '../../telemetry/logger.ts';
import type { Retention } from '../retention.ts';

export interface NatsEventLogOptions {
  /** `host:port` or `nats://user:password@host:port`, `tls://…`; several of one cluster. */
  readonly servers: readonly string[];
  /** Letters, digits, `-`, `_`. Dead letters are kept in the stream `<streamName>_DLQ`. */
  readonly streamName: string;
  /** Filters of all published messages. They must not overlap, and no announcement may match them. */
  readonly subjects: readonly string[];
  /** Set before every subject, so that several installations share a server. */
  readonly subjectPrefix?: string;
  /** Replicas of each stream: 3 on a cluster. Default: 1. */
  readonly replicas?: number;
  /** How long a message id is remembered. Default: two hours. */
  readonly dedupWindowMs?: number;
  /** Each member's default: that of `defaultRetention`. */
  readonly retention?: Partial<Retention>;
  /** How long publishing is tried; a leader's death takes up to 8 s. Default: 30,000. */
  readonly publishTimeoutMs?: number;
  /** Default: nothing is logged. */
  readonly logger?: Logger;
}
