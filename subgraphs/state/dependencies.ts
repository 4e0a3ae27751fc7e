import type { ProcessorCatalog } from '../../platform/clients/registry.ts';
import type { SchemaClient } from '../../platform/clients/schemas.ts';
import type { Clock } from '../../platform/clock.ts';
import type { EventLog } from '../../platform/event-log/log.ts';
import type { IdSource } from '../../platform/ids.ts';
import type { Intake } from './publishing/intake.ts';
import type { StateStore } from './store/store.ts';

/** The dependencies of state's use cases. */
export interface StateDependencies {
  readonly store: StateStore;
  readonly schemas: SchemaClient;
  readonly processors: ProcessorCatalog;
  readonly eventLog: EventLog;
  /** Asks for a blob's outbox to be published soon. */
  readonly nudge: (blobId: string) => void;
  /** Asks for a blob's deletion to be finished soon. */
  readonly nudgeDeletion: (blobId: string) => void;
  /** Says whether new blobs may be stored. */
  readonly intake: Pick<Intake, 'assertOpen'>;
  /** Asks for a user's erasure to go on soon. */
  readonly nudgeErasure: (userId: string) => void;
  /** Asks for a processor's backfill to go on soon. */
  readonly nudgeBackfill: (processorId: string) => void;
  /** Asks for what a processor missed to be handed out soon. */
  readonly nudgeHandOut: (processorId: string) => void;
  /** GraphQL types of blobs that processors from outside own, by processor. Default: there are none. */
  readonly outsideTypes?: ReadonlyMap<string, string>;
  readonly clock: Clock;
  readonly ids: IdSource;
}
