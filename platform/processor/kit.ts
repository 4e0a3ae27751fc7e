import type { ProcessorClient } from '../clients/processor.ts';
import type { SchemaClient } from '../clients/schemas.ts';
import type { StateClient } from '../clients/state.ts';
import type { Clock } from '../clock.ts';
import type { IdSource } from '../ids.ts';
import type { Logger } from '../logger.ts';
import type { ObjectStore } from '../objects/objects.ts';
import type { Artifacts } from './artifacts.ts';
import type { OpenedResources, ProcessorDefinition } from './define.ts';
import type { Files } from './files.ts';
import type { Standing } from './lifecycle.ts';
import type { Reader } from './rebuilding/reader.ts';
import type { Records } from './records/records.ts';
import type { ObjectSweeper } from './records/s3/sweeper.ts';
import type { BlobTags } from './records/shelf/tags.ts';
import type { Registrar } from './registrar.ts';

/** A processor that was opened: its value, and what it stands on. */
export interface Kit {
  readonly definition: ProcessorDefinition;
  /** Answered by {@link ProcessorDefinition.open}. */
  readonly opened: OpenedResources;
  readonly records: Records;
  /** Reads for users: what can be made again is. */
  readonly reader: Reader;
  /** By what a user's blobs are found that have something in common; null where the records have no tags. */
  readonly tags: BlobTags | null;
  readonly registrar: Registrar;
  readonly artifacts: Artifacts;
  /** Addresses at which files are read without a token. */
  readonly files: Files;
  /** The processor's own place in the object store: artifacts, and objects of blobs. */
  readonly objects: ObjectStore;
  /** Of a processor that has objects beside its records. */
  readonly sweeper?: ObjectSweeper;
  readonly state: StateClient;
  /** What operators say of it, as of some seconds ago at most. */
  readonly standing: () => Standing;
  readonly processors: ProcessorClient;
  readonly schemas: Pick<SchemaClient, 'validator'>;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly logger: Logger;
}
