import type { Delivery } from '../../event-log/consuming.ts';
import type { WrittenText } from '../../events/written.ts';
import type { BlobObject } from '../records/blob-objects.ts';
import type { Source } from '../runs/sources.ts';

/** One run, as a processor's own code sees it. */
export interface RunRequest<Plan = unknown> {
  /** The id that the blob will have. */
  readonly id: string;
  readonly userId: string;
  /** The first of the sources. */
  readonly source: Source;
  /** In order; of a command's, those that could not be read are left out. */
  readonly sources: readonly Source[];
  /** Answered by the command's `plan`; undefined in a run that an event asked for. */
  readonly plan: Plan;
  /** Aborts when the run's time is over or the process stops. */
  readonly signal: AbortSignal;
  /** Tells how far it is, 0 to 1, and what it is at. */
  readonly onProgress: (done: number, stage?: string) => void;
  /** Tells what was written of the result, while it is: to whoever listens, and kept nowhere. Default: nobody hears it. */
  readonly onText?: (text: WrittenText) => void;
  /** Waits, e.g. before another try, and lets another run have this one's place meanwhile. Default: there is none to let go. */
  readonly park?: Delivery['park'];
}

/** The result of a run. */
export interface RunResult<Data extends object = object> {
  /** The document's `data`, snake_case, as the output schema has it; what the store allocates is left out. Values of JSON. */
  readonly data: Data;
  /** Members beside `data`, rows of child tables among them. */
  readonly beside?: Readonly<Record<string, unknown>>;
  /** Objects that the blob stands on, stored before it and erased with it; `data` names them by their `sha256`. Needs `records` of the store `s3`. */
  readonly objects?: readonly BlobObject[];
  /** Default: the first source's title. */
  readonly title?: string;
  /** The content in words, or their beginning: as much is kept as the index shows. */
  readonly preview: string;
  /** SHA-256 in hex of what tells two results apart. Default: of `data` as JSON. */
  readonly contentHash?: string;
  /** Default: bytes of `data` as JSON. */
  readonly sizeBytes?: number;
}

/** Makes a blob of its sources; pure but for what the processor opened. @throws BlobgraphError or InputErrors that its user sees */
export type Run<Opened, Plan = unknown> = (request: RunRequest<Plan>, opened: Opened) => Promise<RunResult>;
