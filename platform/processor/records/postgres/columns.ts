import type { SqlValue } from '../../../sql/database.ts';
import type { RegistrationState } from '../inventory.ts';
import type { BlobRecord, Envelope, NewRecord, PendingCommand } from '../record.ts';
import { envelopeMembers } from '../record.ts';
import type { MemberKind, Members, RecordsDefinition, Wanted } from '../records.ts';
import { wantsData } from '../records.ts';

export const columnTypes: Readonly<Record<Exclude<MemberKind, 'envelope'>, string>> = {
  text: 'text',
  integer: 'integer',
  bigint: 'bigint',
  double: 'double precision',
  boolean: 'boolean',
  json: 'json',
  jsonb: 'jsonb',
};

/** The record's own columns, each with what is written there. */
const written: Readonly<Record<string, (record: NewRecord) => SqlValue>> = {
  id: ({ id }) => id,
  user_id: ({ userId }) => userId,
  parent_blob_id: ({ sourceIds }) => sourceIds[0] ?? null,
  source_blob_ids: ({ sourceIds }) => JSON.stringify(sourceIds),
  generation: ({ generation }) => generation,
  processor_version: ({ processorVersion }) => processorVersion,
  schema_version: ({ schemaVersion }) => schemaVersion,
  content_hash: ({ contentHash }) => contentHash,
  size_bytes: ({ sizeBytes }) => sizeBytes,
  processing_time_ms: ({ processingTimeMs }) => processingTimeMs,
  created_at: ({ createdAt }) => createdAt,
  on_demand: ({ onDemand }) => onDemand,
  input_hash: ({ inputHash }) => inputHash,
  command: ({ command }) => (command ? JSON.stringify(command) : null),
  register_at: ({ registerAt }) => registerAt,
};

/** A row without the processor's own members. */
export interface RecordRow {
  id: string;
  user_id: string;
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
  /** As of {@link BlobRecord.command}; absent where it was not read. */
  command?: PendingCommand | null;
  registration: RegistrationState;
  /** Tries of registering it that failed. */
  register_attempts: number;
}

const REGISTRATION = `CASE WHEN registered_at IS NOT NULL THEN 'registered'
  WHEN refusal IS NOT NULL THEN 'refused' ELSE 'waiting' END AS registration`;
const OWN = `id, user_id, source_blob_ids, generation, processor_version, schema_version, title, preview, content_hash,
  size_bytes, processing_time_ms, stale, created_at, on_demand, input_hash, ${REGISTRATION}, register_attempts`;

const columnsOf = (members: Members | undefined): [name: string, kind: Exclude<MemberKind, 'envelope'>][] =>
  Object.entries(members ?? {}).flatMap(([name, kind]) =>
    kind === 'envelope' ? [] : [[name, kind] satisfies [string, typeof kind]],
  );

/** Columns of the processor's own members: those of `data` and those beside it. */
export const ownColumns = ({ members, beside }: RecordsDefinition) => [
  ...(members ? columnsOf(members) : ([['data', 'json']] as const)),
  ...columnsOf(beside),
];

/** A checked name, also one that is a word of SQL. */
export const quoted = (name: string): string => `"${name}"`;

const isJson = (kind: MemberKind): boolean => kind === 'json' || kind === 'jsonb';

/** Drivers make null of both JSON's null and of none. */
const absenceOf = (name: string): string => `${name} is absent`;

/** The columns that a read names. `command`: whether the command is one of them. */
export function selected(definition: RecordsDefinition, wanted: Wanted, command: boolean): string {
  const columns = ownColumns(definition)
    .filter(([name]) => wantsData(wanted, name))
    .flatMap(([name, kind]) => [
      quoted(name),
      ...(isJson(kind) ? [`${quoted(name)} IS NULL AS "${absenceOf(name)}"`] : []),
    ]);
  return [OWN, ...(command ? ['command'] : []), ...columns].join(', ');
}

function encode(kind: MemberKind, value: unknown): SqlValue {
  if (value === undefined) return null;
  if (isJson(kind)) return JSON.stringify(value);
  return value as SqlValue;
}

/** Columns with their values, the store's own and `title`, `preview` left out. */
export function valuesOf(
  definition: RecordsDefinition,
  record: NewRecord,
): [column: string, value: SqlValue][] {
  const { members, beside } = definition;
  const own = (of: Members | undefined, values: Readonly<Record<string, unknown>>) =>
    columnsOf(of).map(([name, kind]): [string, SqlValue] => [name, encode(kind, values[name])]);
  const pending = record.contentHash === null;
  return [
    ...Object.entries(written).map(([name, value]): [string, SqlValue] => [name, value(record)]),
    ...(members
      ? own(members, record.data)
      : [['data', pending ? null : JSON.stringify(record.data)] as [string, SqlValue]]),
    ...own(beside, record.beside),
  ];
}

/** Whether the document has the member, as far as it was read. */
const has = (row: Readonly<Record<string, unknown>>, name: string, kind: MemberKind): boolean =>
  name in row && (isJson(kind) ? row[absenceOf(name)] === false : row[name] !== null);

function present(members: Members | undefined, row: Readonly<Record<string, unknown>>, envelope: Envelope) {
  const found = Object.entries(members ?? {}).flatMap(([name, kind]) => {
    if (kind === 'envelope')
      return [[name, envelopeMembers[name as keyof typeof envelopeMembers](envelope)] as const];
    return has(row, name, kind) ? [[name, row[name]] as const] : [];
  });
  return Object.fromEntries(found);
}

/** The record of a row; child rows are put beside it by whoever reads them. */
export function recordFrom(definition: RecordsDefinition, row: RecordRow & { data?: unknown }): BlobRecord {
  const envelope: Envelope = {
    id: row.id,
    userId: row.user_id,
    sourceIds: row.source_blob_ids,
    generation: row.generation,
    processorVersion: row.processor_version,
    schemaVersion: row.schema_version,
    title: row.title,
    preview: row.preview,
    contentHash: row.content_hash,
    sizeBytes: row.size_bytes,
    processingTimeMs: row.processing_time_ms,
    stale: row.stale,
    createdAt: row.created_at,
  };
  const values = row as unknown as Readonly<Record<string, unknown>>;
  const whole = (row.data ?? {}) as Readonly<Record<string, unknown>>;
  return {
    ...envelope,
    data: definition.members ? present(definition.members, values, envelope) : whole,
    beside: present(definition.beside, values, envelope),
    onDemand: row.on_demand,
    inputHash: row.input_hash,
    command: row.command ?? null,
    registration: row.registration,
    registerAttempts: row.register_attempts,
  };
}
