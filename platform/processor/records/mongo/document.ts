import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { Binary, BSON } from 'mongodb';
import { BlobgraphError } from '../../../errors/errors.ts';
import type { RegistrationState } from '../inventory.ts';
import type { BlobRecord, Envelope, PendingCommand } from '../record.ts';
import { envelopeMembers } from '../record.ts';
import {
  type MemberKind,
  type Members,
  type RecordsDefinition,
  type Wanted,
  wantedColumns,
  wantsData,
} from '../records.ts';
import { fromBson, toBson } from './bson.ts';

type Data = Readonly<Record<string, unknown>>;

/** A record as MongoDB keeps it; the processor's members beside `data` stand at the top, too. */
export interface RecordDocument {
  /** The blob's id. */
  _id: string;
  user_id: string;
  /** The first of `source_blob_ids`; null where there is none. */
  parent_blob_id: string | null;
  source_blob_ids: string[];
  generation: number;
  processor_version: string;
  schema_version: string;
  title: string;
  preview: string;
  /** Null while it is pending. */
  content_hash: string | null;
  size_bytes: number;
  processing_time_ms: number;
  stale: boolean;
  created_at: Date;
  on_demand: boolean;
  /** Null where an event asked for it. */
  input_hash: string | null;
  /** JSON. */
  command: string | null;
  /**
   * Members by name where they are declared; else JSON text, for the driver would not take any name. Compressed by gzip
   * where the document would be larger than MongoDB takes. Null while it is pending.
   */
  data: Data | string | Binary | null;
  /** The number that the store gave, and among which records: unique together with the user. */
  allocation?: { of: string; number: number };
  /** Null until the index has it. */
  registered_at: Date | null;
  /** When the index is told of it, unless it has it. */
  register_at: Date;
  /** Tries of registering it that failed. */
  register_attempts: number;
  /** Why the index permanently refuses it. */
  refusal: string | null;
  /** How many of the definition's document migrations it has been through. */
  form: number;
}

/** MongoDB's own limit. */
const MAX_DOCUMENT_BYTES = 16 * 1024 * 1024;
/** The rest is for what stands beside `data`. */
const MAX_DATA_BYTES = 15 * 1024 * 1024;

const compress = promisify(gzip);
const decompress = promisify(gunzip);

const tooLarge = (bytes: number): BlobgraphError =>
  new BlobgraphError(
    'BLOB_TOO_LARGE',
    `What was made is larger than the store holds, also compressed (${bytes} bytes). Split the source.`,
  );

const isJson = (kind: MemberKind | undefined): boolean => kind === 'json' || kind === 'jsonb';

/** Values with `change` made to those of JSON. */
const withJson = (kinds: Members, values: Data, change: (value: unknown) => unknown): Data =>
  Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, isJson(kinds[name]) ? change(value) : value]),
  );

/** Members of the envelope are not stored twice. */
const ownData = (members: Members, data: Data): Data =>
  Object.fromEntries(Object.entries(data).filter(([name]) => members[name] !== 'envelope'));

/** @throws BlobgraphError BLOB_TOO_LARGE */
export async function toData({ members }: RecordsDefinition, data: Data): Promise<Data | string | Binary> {
  const own = members ? ownData(members, data) : data;
  const stored = members ? withJson(members, own, toBson) : JSON.stringify(own);
  const bytes = typeof stored === 'string' ? Buffer.byteLength(stored) : BSON.calculateObjectSize(stored);
  if (bytes <= MAX_DATA_BYTES) return stored;
  const compressed = await compress(typeof stored === 'string' ? stored : JSON.stringify(own));
  if (compressed.length <= MAX_DATA_BYTES) return new Binary(compressed);
  throw tooLarge(compressed.length);
}

async function openedData({ members = {} }: RecordsDefinition, data: RecordDocument['data']): Promise<Data> {
  if (data === null || data === undefined) return {};
  if (data instanceof Binary) return JSON.parse((await decompress(data.value())).toString()) as Data;
  return typeof data === 'string' ? (JSON.parse(data) as Data) : withJson(members, data, fromBson);
}

/** Members beside `data`, with `change` made to values of JSON, those in rows of lists among them. */
function withJsonBeside(
  { beside = {}, children = {} }: RecordsDefinition,
  values: Data,
  change: (value: unknown) => unknown,
): Data {
  const lists = Object.entries(children).flatMap(([name, { columns }]) => {
    const rows = values[name];
    return Array.isArray(rows)
      ? [[name, rows.map((row: Data) => withJson(columns, row, change))] as const]
      : [];
  });
  return { ...withJson(beside, values, change), ...Object.fromEntries(lists) };
}

/** A compressed document is read whole: members that were not requested are left out here. */
function chosen({ members }: RecordsDefinition, data: Data, envelope: Envelope, wanted: Wanted): Data {
  if (!members) return data;
  const own = Object.entries(data).filter(([name]) => wantsData(wanted, name));
  const shared = Object.entries(members).flatMap(([name, kind]) =>
    kind === 'envelope'
      ? [[name, envelopeMembers[name as keyof typeof envelopeMembers](envelope)] as const]
      : [],
  );
  return Object.fromEntries([...own, ...shared]);
}

/** Paths in `data` that are not wanted; `data` itself where that is all of it: it may be compressed. */
function unwantedData(members: Members | undefined, wanted: Wanted): string[] {
  if (!members) return wantsData(wanted, 'data') ? [] : ['data'];
  const own = Object.keys(members).filter((name) => members[name] !== 'envelope');
  const unwanted = own.filter((name) => !wantsData(wanted, name));
  return unwanted.length === own.length ? ['data'] : unwanted.map((name) => `data.${name}`);
}

/** The projection that leaves out all that is not wanted, and the command, whose plan may be long, where all is not. */
export function projectionOf(definition: RecordsDefinition, wanted: Wanted): Record<string, 0> {
  const { members, beside = {}, children = {} } = definition;
  const data = unwantedData(members, wanted);
  const others = Object.keys(beside).filter((name) => !wantsData(wanted, name));
  const rows = Object.entries(children).flatMap(([name, child]) => {
    const columns = wantedColumns(wanted, name, child);
    if (columns.length === 0) return [name];
    return Object.keys(child.columns)
      .filter((column) => !columns.includes(column))
      .map((column) => `${name}.${column}`);
  });
  const command = wanted === 'all' ? [] : ['command'];
  return Object.fromEntries([...data, ...others, ...rows, ...command].map((path) => [path, 0]));
}

const registrationOf = ({ registered_at, refusal }: RecordDocument): RegistrationState => {
  if (registered_at !== null) return 'registered';
  return refusal === null ? 'waiting' : 'refused';
};

function besideOf(definition: RecordsDefinition, document: RecordDocument, wanted: Wanted): Data {
  const { beside = {}, children = {} } = definition;
  const members = document as unknown as Data;
  const own = Object.keys(beside).filter((name) => wantsData(wanted, name));
  const lists = Object.keys(children).filter((name) => Array.isArray(members[name]));
  const found = [...own, ...lists].filter((name) => members[name] !== undefined);
  return withJsonBeside(definition, Object.fromEntries(found.map((name) => [name, members[name]])), fromBson);
}

/** Whether a process of an earlier version wrote it. */
export const isOlder = (
  { documentMigrations = [] }: RecordsDefinition,
  { form = 0 }: Partial<Pick<RecordDocument, 'form'>>,
): boolean => form < documentMigrations.length;

/**
 * The document in the present form, its data opened: a process of an earlier version may have written it since the
 * collection was migrated.
 */
export async function upgraded(
  definition: RecordsDefinition,
  document: RecordDocument,
): Promise<RecordDocument> {
  const { documentMigrations: steps = [] } = definition;
  const { form = 0 } = document as Partial<RecordDocument>;
  if (!isOlder(definition, document)) return document;
  const data = await openedData(definition, document.data);
  const migrated = steps
    .slice(form)
    .reduce<Record<string, unknown>>((before, step) => step(before), { ...document, data });
  return { ...migrated, form: steps.length } as unknown as RecordDocument;
}

export async function recordFrom(
  definition: RecordsDefinition,
  stored: RecordDocument,
  wanted: Wanted,
): Promise<BlobRecord> {
  const document = await upgraded(definition, stored);
  const envelope: Envelope = {
    id: document._id,
    userId: document.user_id,
    sourceIds: document.source_blob_ids,
    generation: document.generation,
    processorVersion: document.processor_version,
    schemaVersion: document.schema_version,
    title: document.title,
    preview: document.preview,
    contentHash: document.content_hash,
    sizeBytes: document.size_bytes,
    processingTimeMs: document.processing_time_ms,
    stale: document.stale,
    createdAt: document.created_at,
  };
  return {
    ...envelope,
    data: chosen(definition, await openedData(definition, document.data), envelope, wanted),
    beside: besideOf(definition, document, wanted),
    onDemand: document.on_demand,
    inputHash: document.input_hash,
    command: document.command == null ? null : (JSON.parse(document.command) as PendingCommand),
    registration: registrationOf(document),
    registerAttempts: document.register_attempts,
  };
}

/** A record's document, as its first writer stores it. @throws BlobgraphError BLOB_TOO_LARGE */
export async function toDocument(
  definition: RecordsDefinition,
  record: BlobRecord & { readonly registerAt: Date },
  allocation: RecordDocument['allocation'],
): Promise<RecordDocument> {
  const document = {
    _id: record.id,
    user_id: record.userId,
    parent_blob_id: record.sourceIds[0] ?? null,
    source_blob_ids: [...record.sourceIds],
    generation: record.generation,
    processor_version: record.processorVersion,
    schema_version: record.schemaVersion,
    title: record.title,
    preview: record.preview,
    content_hash: record.contentHash,
    size_bytes: record.sizeBytes,
    processing_time_ms: record.processingTimeMs,
    stale: false,
    created_at: record.createdAt,
    on_demand: record.onDemand,
    input_hash: record.inputHash,
    command: record.command ? JSON.stringify(record.command) : null,
    ...withJsonBeside(definition, record.beside, toBson),
    data: record.contentHash === null ? null : await toData(definition, record.data),
    ...(allocation ? { allocation } : {}),
    registered_at: null,
    register_at: record.registerAt,
    register_attempts: 0,
    refusal: null,
    form: definition.documentMigrations?.length ?? 0,
  };
  const bytes = BSON.calculateObjectSize(document);
  if (bytes > MAX_DOCUMENT_BYTES) throw tooLarge(bytes);
  return document;
}
