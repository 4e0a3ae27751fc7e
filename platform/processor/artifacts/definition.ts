import type { ProcessorClient } from '../../clients/processor.ts';
import type { StateClient } from '../../clients/state.ts';
import type { IdSource } from '../../ids/ids.ts';
import type { ObjectStore } from '../../objects/objects.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { Clock } from '../../time/clock.ts';
import type { BlobRecord } from '../records/record.ts';
import type { Records } from '../records/records.ts';
import type { OnProgress } from '../runs/progress.ts';
import type { ArtifactBody } from './body.ts';
import type { ArtifactJournal } from './journal.ts';

/** Clients of the services that keep other blobs. */
export interface Neighbours {
  readonly state: Pick<StateClient, 'sources'>;
  readonly processors: ProcessorClient;
}

/** Input of making an artifact, beside its blob. */
export interface ArtifactRun<Opened = object> {
  /** Aborts when its time is over, the process stops or another one makes it. */
  readonly signal: AbortSignal;
  readonly onProgress: OnProgress;
  /** Answered by the processor's `open`. */
  readonly opened: Opened;
  /** Access to other blobs of the same user, of schemas that the processor reads. */
  readonly neighbours: Neighbours;
}

/** An export or a rendition of a blob: no blob of its own, made when it is first asked for. */
export interface ArtifactDefinition<Opened = object> {
  /** Version of the code that makes it: a new version makes all artifacts anew. */
  readonly version: string;
  /** E.g. `text/markdown; charset=utf-8`. */
  readonly mediaType: string;
  /** Its name when it is saved: in any script, up to 150 UTF-16 units. */
  readonly fileName: (record: BlobRecord) => string;
  /** How long its making may take. Default: as long as a run of the processor. */
  readonly seconds?: number;
  /** Members of the document that it is made of, e.g. `chapters.title`. Default: all. */
  readonly needs?: readonly string[];
  /**
   * Makes it; pure: the same record gives the same bytes. @throws BlobgraphError that its user sees; unless that passes,
   * it is not tried again before its user asks for it
   */
  readonly make: (record: BlobRecord, run: ArtifactRun<Opened>) => ArtifactBody | Promise<ArtifactBody>;
}

export interface ArtifactDependencies {
  readonly processorId: string;
  /** By the artifact's name. */
  readonly definitions: Readonly<Record<string, ArtifactDefinition>>;
  /** How long the making of one may take. */
  readonly seconds: number;
  /** Made at once in one process. */
  readonly concurrency: number;
  readonly objects: ObjectStore;
  readonly journal: ArtifactJournal;
  readonly records: Pick<Records, 'existing' | 'find'>;
  readonly state: Pick<StateClient, 'report' | 'sources'>;
  readonly processors: ProcessorClient;
  /** Answered by the processor's `open`. */
  readonly opened: object;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly logger: Logger;
}
