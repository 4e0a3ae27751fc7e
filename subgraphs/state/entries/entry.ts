import type { DerivedRegistration } from '../../../platform/clients/state.ts';
import type { EventKind } from '../../../platform/events/events.ts';
import { currentTrace } from '../../../platform/telemetry/trace.ts';
import { beginning } from '../../../platform/text/text.ts';
import {
  type IndexEntry,
  jsonOf,
  type OutboxEvent,
  type Run,
  type UserBlobRecord,
} from '../store/records.ts';
import { PREVIEW_LENGTH, previewOf } from './content.ts';
import { pendingRuns, processingState, type Versions } from './runs.ts';

/** The processor id of users' own blobs. */
export const STATE = 'state';
const STATE_LOCATION = 'state-service';
/** The type of chapter drafts. */
export const CHAPTER_DRAFT = 'chapter_draft';

/** Whether a derived blob was registered before its content exists. */
export const isPending = ({
  processorId,
  contentHash,
}: Pick<IndexEntry, 'processorId' | 'contentHash'>): boolean => processorId !== STATE && contentHash === null;

/** The members of an event that do not come from the entry. */
export interface EventDetails {
  /** The run that changed. */
  readonly run?: Pick<Run, 'processorId' | 'state' | 'attempt' | 'generation' | 'artifact'> &
    Partial<Pick<Run, 'stage' | 'progress' | 'error' | 'version'>>;
  /** For `created` and `indexed`: the processors that have a planned run. */
  readonly planned?: readonly string[];
  /** Of those, the processors that are asked later, by an event of its own. */
  readonly held?: readonly string[];
  /** Candidates that their runs are given to. */
  readonly canary?: Versions;
  /** For `indexed`: true when the content does not exist yet. */
  readonly pending?: boolean;
}

const runBody = ({
  processorId,
  state,
  attempt,
  generation,
  artifact,
  stage,
  progress,
  error,
  version,
}: NonNullable<EventDetails['run']>) => ({
  processor_id: processorId,
  state,
  attempt,
  generation,
  ...(artifact === null ? {} : { artifact }),
  ...(stage == null ? {} : { stage }),
  ...(progress == null ? {} : { progress }),
  ...(error == null ? {} : { code: error.code }),
  ...(version === undefined ? {} : { version }),
});

/** Members of an entry that its events carry. */
type ToldOf = Pick<
  IndexEntry,
  | 'id'
  | 'userId'
  | 'version'
  | 'processorId'
  | 'storageLocation'
  | 'schemaId'
  | 'sourceIds'
  | 'type'
  | 'bookId'
  | 'conversationId'
>;

/** An event about an entry. */
export function eventOf(
  entry: ToldOf,
  kind: EventKind,
  at: Date,
  { run, planned, held = [], canary = {}, pending }: EventDetails = {},
): OutboxEvent {
  const trace = currentTrace();
  return {
    kind,
    version: entry.version,
    time: at.toISOString(),
    ...(trace ? { traceparent: trace.traceparent } : {}),
    body: {
      blob_id: entry.id,
      user_id: entry.userId,
      schema_id: entry.schemaId,
      location: entry.storageLocation,
      owner: entry.processorId,
      type: entry.type,
      source_ids: [...entry.sourceIds],
      ...(entry.bookId === null ? {} : { book_id: entry.bookId }),
      ...(entry.conversationId === null ? {} : { conversation_id: entry.conversationId }),
      ...(run ? { run: runBody(run) } : {}),
      ...(planned ? { planned: [...planned] } : {}),
      ...(held.length > 0 ? { held: [...held] } : {}),
      ...(Object.keys(canary).length > 0 ? { canary } : {}),
      ...(pending ? { pending } : {}),
    },
  };
}

/** Members of a user blob's entry that its events carry. */
const toldOfUserBlob = (blob: UserBlobRecord) => ({
  id: blob.id,
  userId: blob.userId,
  version: 1,
  processorId: STATE,
  storageLocation: STATE_LOCATION,
  schemaId: blob.schemaId,
  sourceIds: [],
  type: blob.type,
  bookId: blob.bookId,
  conversationId: blob.conversationId,
});

/** The event that a user's blob is stored with. `held`: the processors that it does not ask yet. */
export const createdEventOf = (
  blob: UserBlobRecord,
  { held = [], canary = {} }: Pick<EventDetails, 'held' | 'canary'>,
): OutboxEvent => {
  const details = { planned: blob.expectedProcessorIds, held, canary };
  return eventOf(toldOfUserBlob(blob), 'created', blob.createdAt, details);
};

/**
 * The processors that a user's blob does not ask yet, and the candidates that it asks. Its event says so, which it keeps
 * until that is published.
 */
function askedOf({ outbox }: UserBlobRecord) {
  const { held = [], canary = {} } = outbox.find(({ kind }) => kind === 'created')?.body ?? {};
  return { held, canary };
}

/** The index entry of a user's blob: the same whenever it is made of the same record. */
export function entryOfUserBlob(blob: UserBlobRecord): IndexEntry {
  const { held, canary } = askedOf(blob);
  const runs = pendingRuns(blob.expectedProcessorIds, blob.createdAt, held, canary);
  const json = jsonOf(blob);
  return {
    ...toldOfUserBlob(blob),
    schemaVersion: blob.schemaVersion,
    title: blob.title,
    preview: previewOf(blob.data, json),
    sizeBytes: Buffer.byteLength(json),
    chapterNum: blob.chapterNum,
    contentHash: null,
    generation: 0,
    runs,
    state: processingState(runs),
    contentMissingSince: null,
    createdAt: blob.createdAt,
    updatedAt: blob.createdAt,
  };
}

/** The common value; null when the values differ. */
function shared<T>(values: readonly (T | null)[]): T | null {
  const [first = null] = values;
  return values.every((value) => value === first) ? first : null;
}

/** The book of a blob derived from these sources; null unless all are in the same book. */
export const bookOf = (sources: readonly Pick<IndexEntry, 'bookId'>[]): string | null =>
  shared(sources.map(({ bookId }) => bookId));

/** The members of an entry that describe a derived blob's content. */
export const contentOfDerived = (registration: DerivedRegistration) => ({
  preview: beginning(registration.preview, PREVIEW_LENGTH),
  sizeBytes: registration.size_bytes ?? Buffer.byteLength(registration.preview),
  contentHash: registration.content_hash ?? null,
  contentMissingSince: null,
  schemaVersion: registration.schema_version ?? '1.0.0',
});

/** The same for a blob whose content does not exist yet. */
const noContent = { preview: '', sizeBytes: 0, contentHash: null };

/** The index entry of a derived blob. */
export function entryOfDerived(
  registration: DerivedRegistration,
  context: {
    /** The parent first. */
    sources: readonly IndexEntry[];
    /** The blob type of its schema, e.g. `expanded_text`. */
    schemaType: string;
    /** Processors with a planned run. For a pending blob, only its own. */
    expectedProcessorIds: readonly string[];
    /** Of those, the ones that are not asked yet. */
    held: readonly string[];
    /** Candidates that their runs are given to. */
    canary?: Versions;
    at: Date;
  },
): IndexEntry {
  const { sources, at } = context;
  const runs = pendingRuns(context.expectedProcessorIds, at, context.held, context.canary);
  return {
    id: registration.remote_blob_id,
    userId: registration.user_id,
    version: 1,
    processorId: registration.processor_id,
    storageLocation: registration.storage_location,
    schemaId: registration.schema_id,
    sourceIds: sources.map((source) => source.id),
    type: registration.type ?? context.schemaType,
    title: registration.title ?? sources[0]?.title ?? context.schemaType,
    ...contentOfDerived(registration),
    ...(registration.content_hash === undefined ? noContent : {}),
    bookId: bookOf(sources),
    conversationId: shared(sources.map((source) => source.conversationId)),
    chapterNum: null,
    generation: registration.generation ?? 0,
    runs,
    state: processingState(runs),
    createdAt: at,
    updatedAt: at,
  };
}
