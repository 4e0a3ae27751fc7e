import type { DerivedRegistration } from '../../platform/clients/state.ts';
import type { EventKind } from '../../platform/events/events.ts';
import { beginning } from '../../platform/text.ts';
import { currentTrace } from '../../platform/trace.ts';
import { PREVIEW_LENGTH, previewOf } from './content.ts';
import type { IndexEntry, OutboxEvent, Run, UserBlobRecord } from './documents.ts';
import { pendingRuns, processingState } from './runs/runs.ts';

/** The processor id of users' own blobs. */
export const STATE = 'state';
const STATE_LOCATION = 'state-service';
/** The type of chapter drafts. */
export const CHAPTER_DRAFT = 'chapter_draft';

/** Whether a blob was announced whose content does not exist yet. */
export const isPending = ({
  processorId,
  contentHash,
}: Pick<IndexEntry, 'processorId' | 'contentHash'>): boolean => processorId !== STATE && contentHash === null;

/** An event's facts besides the entry itself. */
export interface EventAbout {
  /** The run that changed. */
  readonly run?: Pick<Run, 'processorId' | 'state' | 'attempt' | 'generation' | 'artifact'>;
  /** Of `created` and `indexed`: the processors of which a run was planned. */
  readonly planned?: readonly string[];
  /** Of `indexed`: that the content does not exist yet. */
  readonly pending?: boolean;
}

const runBody = ({ processorId, state, attempt, generation, artifact }: NonNullable<EventAbout['run']>) => ({
  processor_id: processorId,
  state,
  attempt,
  generation,
  ...(artifact === null ? {} : { artifact }),
});

/** An event about an entry. */
export function eventOf(
  entry: Omit<IndexEntry, 'runs'>,
  kind: EventKind,
  at: Date,
  { run, planned, pending }: EventAbout = {},
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
      ...(pending ? { pending } : {}),
    },
  };
}

/** The index entry of a user's blob: the same whenever it is made of the same record. */
export function entryOfUserBlob(blob: UserBlobRecord): IndexEntry {
  const runs = pendingRuns(blob.expectedProcessorIds, blob.createdAt);
  return {
    id: blob.id,
    userId: blob.userId,
    version: 1,
    processorId: STATE,
    storageLocation: STATE_LOCATION,
    schemaId: blob.schemaId,
    schemaVersion: blob.schemaVersion,
    sourceIds: [],
    type: blob.type,
    title: blob.title,
    preview: previewOf(blob.data),
    sizeBytes: Buffer.byteLength(JSON.stringify(blob.data)),
    bookId: blob.bookId,
    conversationId: blob.conversationId,
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

/** The value that all share; null when they differ. */
function shared<T>(values: readonly (T | null)[]): T | null {
  const [first = null] = values;
  return values.every((value) => value === first) ? first : null;
}

/** The book of what is made of these sources: theirs, where they share one. */
export const bookOf = (sources: readonly Pick<IndexEntry, 'bookId'>[]): string | null =>
  shared(sources.map(({ bookId }) => bookId));

/** An entry's members on a derived blob's content. */
export const contentOfDerived = (registration: DerivedRegistration) => ({
  preview: beginning(registration.preview, PREVIEW_LENGTH),
  sizeBytes: registration.size_bytes ?? Buffer.byteLength(registration.preview),
  contentHash: registration.content_hash ?? null,
  contentMissingSince: null,
  schemaVersion: registration.schema_version ?? '1.0.0',
});

/** Of a blob whose content does not exist yet. */
const noContent = { preview: '', sizeBytes: 0, contentHash: null };

/** The index entry of a derived blob. `sources`: its sources' entries, the parent first. */
export function entryOfDerived(
  registration: DerivedRegistration,
  context: {
    sources: readonly IndexEntry[];
    /** The type of its output schema's blobs. */
    schemaType: string;
    /** Of a pending blob: its own processor alone. */
    expectedProcessorIds: readonly string[];
    at: Date;
  },
): IndexEntry {
  const { sources, at } = context;
  const runs = pendingRuns(context.expectedProcessorIds, at);
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
