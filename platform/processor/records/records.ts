import type { BlobEraser } from './eraser.ts';
import type { BlobInventory } from './inventory.ts';
import { InvalidSpec, memberName } from './names.ts';
import { type BlobRecord, envelopeMembers, type NewRecord } from './record.ts';

/**
 * How a member is stored in PostgreSQL. `json` and `jsonb` keep the value as it is, null included; in the others a null is
 * a member that is absent. `integer` has 32 bits, `bigint` what a double holds exactly. `envelope`: not stored, for the record's own member of that name is meant, e.g. `title`.
 */
export type MemberKind = 'text' | 'integer' | 'bigint' | 'double' | 'boolean' | 'json' | 'jsonb' | 'envelope';

/** Members by their names in documents, snake_case. */
export type Members = Readonly<Record<string, MemberKind>>;

/** Rows of a table of their own, a list in the document. */
export interface ChildTable {
  readonly table: string;
  /** The column that refers to the record. */
  readonly parent: string;
  /** The column, unique in a record, that the rows are ordered by. */
  readonly order: string;
  /** Kinds by name; the column of `order` is one of them. */
  readonly columns: Readonly<Record<string, Exclude<MemberKind, 'envelope'>>>;
}

/** A number that the store gives: 1, 2, 3, … among the user's records that have the same values in `within`. */
export interface Allocation {
  /** The member of `data` that holds it, one of {@link RecordsDefinition.members}. */
  readonly member: string;
  /** Members of `data`. */
  readonly within: readonly string[];
}

/** The member beside `data` that names the set of a record's objects, where they are kept. */
export const OBJECT_SET = 'object_set';

/** The table or collection that a processor keeps its blobs in. */
export interface RecordsDefinition {
  /** The table or collection. */
  readonly name: string;
  /**
   * Where it is in an installation on real services; embedded it is PostgreSQL, and the process's memory for Redis. `s3`:
   * documents in PostgreSQL, and beside each the objects that its run made.
   */
  readonly store: 'postgresql' | 'mongodb' | 's3' | 'redis';
  /**
   * Whether a record that is gone from the store is made again from its source when it is asked for, and no loss. Redis,
   * which keeps what it has room for, needs it. Default: false.
   */
  readonly rebuildable?: boolean;
  /** Words by which a user's other records with the same word are found, e.g. what they have in common; pure. In Redis alone. */
  readonly tags?: (record: Pick<BlobRecord, 'data' | 'beside'>) => readonly string[];
  /** Members of `data` with columns of their own. Absent: `data` is kept whole, read whole. */
  readonly members?: Members;
  /** Members beside `data`. */
  readonly beside?: Members;
  /** Lists beside `data`, by their names in documents. */
  readonly children?: Readonly<Record<string, ChildTable>>;
  /** Not with `rebuildable`. Default: no number is given. */
  readonly allocates?: Allocation;
  /** Members that lists of blobs leave out, e.g. a book's text. */
  readonly unlisted?: readonly string[];
  /** Steps that made and changed the tables, in PostgreSQL; only ever appended to. Absent: one that makes them. */
  readonly migrations?: readonly string[];
  /**
   * Steps that make what the processor keeps beside its records, in PostgreSQL: after those of the records, which must not
   * be appended to any more then.
   */
  readonly furtherTables?: readonly string[];
  /** Changes to documents that earlier versions wrote, in MongoDB; each is done to every document once. */
  readonly documentMigrations?: readonly DocumentMigration[];
  /** Names of indexes that earlier versions made and nobody reads by any more, in MongoDB. */
  readonly formerIndexes?: readonly string[];
}

/** Brings a stored document of an earlier form, whole and with its `data` opened, to the next; pure. */
export type DocumentMigration = (document: Record<string, unknown>) => Record<string, unknown>;

/** Members to read, e.g. `chapters.title` of a child table. The envelope is always read. */
export type Wanted = 'all' | ReadonlySet<string>;

/** A place in a user's blobs, oldest first. */
export interface BlobPlace {
  readonly createdAt: Date;
  readonly id: string;
}

/** A stretch of a user's blobs, oldest first. */
export interface RecordPage {
  /** Made at this time or later. */
  readonly since?: Date;
  /** Behind this one. Default: from the oldest on. */
  readonly after?: BlobPlace;
  /** Blobs of a page; one with fewer is the last. */
  readonly limit: number;
}

/** The result of storing a record. */
export interface Stored {
  /** The record that is there now: the first result wins. */
  readonly stored: BlobRecord;
  /** Whether it is the one that was given. */
  readonly inserted: boolean;
}

/**
 * A processor's store of blobs. Reads that take a user see that user's blobs alone; ids may be any text, and those that
 * are not there are left out. Every method is one statement, or one transaction of the store's own.
 */
export interface Records extends BlobInventory, BlobEraser {
  /** Makes or changes tables, collections, indexes and old documents. */
  prepare(): Promise<void>;
  /** @throws when the store does not answer */
  ping(): Promise<void>;
  /** The record, whoever's it is, with the command that asked for it. */
  find(id: string, wanted: Wanted): Promise<BlobRecord | null>;
  /**
   * Stores durably, with its child rows and what the store allocates, all or nothing, unless the id is there.
   * @throws BlobgraphError PROCESSING_FAILED: it is no JSON, or not of the declared members and kinds; BLOB_TOO_LARGE
   */
  insert(record: NewRecord): Promise<Stored>;
  /** Gives a pending record its content, unless it has it; null when it is not there any more. @throws like {@link insert} */
  complete(record: NewRecord): Promise<Stored | null>;
  /** In no given order. A command, whose plan may be long, need not come unless `all` is wanted; so in {@link page}. */
  byIds(userId: string, ids: readonly string[], wanted: Wanted): Promise<BlobRecord[]>;
  /** Finished blobs, oldest first. */
  page(userId: string, page: RecordPage, wanted: Wanted): Promise<BlobRecord[]>;
  /** Ids of those that the index is to be told of by now, longest due first. */
  dueRegistrations(now: Date, limit: number): Promise<string[]>;
  /** Notes that the index has the record with this content; a pending one may have got its content since, and then is not meant. */
  markRegistered(record: Pick<BlobRecord, 'id' | 'contentHash'>, at: Date): Promise<void>;
  /** Notes that the index refuses it for good, and why. */
  refuseRegistration(id: string, reason: string): Promise<void>;
  /** Tells the index later, and counts the failure. */
  postponeRegistration(id: string, dueAt: Date): Promise<void>;
}

const memberNames = ({ members, beside, children, allocates }: Omit<RecordsDefinition, 'name' | 'store'>) => [
  ...Object.keys(members ?? {}),
  ...Object.keys(beside ?? {}),
  ...Object.entries(children ?? {}).flatMap(([name, child]) => [
    name,
    child.table,
    child.parent,
    ...Object.keys(child.columns),
  ]),
  ...(allocates ? [allocates.member, ...allocates.within] : []),
];

/** Columns of the store's own, beside the envelope's. */
const OWN = ['_id', 'data', 'on_demand', 'input_hash', 'command', 'allocation', 'form', 'refusal'];
const REGISTRATION = [
  'registration',
  'registered_at',
  'register_at',
  'register_attempts',
  'processor_version',
];
const taken = new Set([...OWN, ...REGISTRATION, ...Object.keys(envelopeMembers)]);

/** Members whose names mean something else already, by the fix. */
function* mistakenNames({
  members = {},
  beside = {},
  children = {},
}: Pick<RecordsDefinition, 'members' | 'beside' | 'children'>): Generator<string> {
  for (const [name, kind] of Object.entries(members)) {
    if (kind === 'envelope' ? !(name in envelopeMembers) : taken.has(name))
      yield `\`members.${name}\`: ${kind === 'envelope' ? 'no member of the envelope' : 'taken'}`;
  }
  const outside = [...Object.keys(beside), ...Object.keys(children)];
  for (const name of outside) {
    if (taken.has(name) || name in members) yield `\`${name}\` beside \`data\`: taken`;
  }
  for (const [list, { columns, order, parent }] of Object.entries(children)) {
    const own = ['id', 'of_record', parent].find((name) => name in columns);
    if (own) yield `\`children.${list}.columns.${own}\`: taken`;
    if (!(order in columns)) yield `\`children.${list}.order\`: no column of it`;
  }
}

/** @throws InvalidSpec: what may be gone must be there to be made again */
function assertStore({ store, rebuildable, allocates, tags }: Omit<RecordsDefinition, 'name'>): void {
  if (store === 'redis' && !rebuildable)
    throw new InvalidSpec(
      '`store`: Redis drops what it has no room for; say `rebuildable: true`, or use another',
    );
  if (rebuildable && allocates)
    throw new InvalidSpec('`allocates`: a record that is made again would have another number; leave it out');
  if (tags && store !== 'redis') throw new InvalidSpec('`tags`: only Redis finds records by them');
}

/**
 * Says what a processor keeps its blobs in.
 * @throws InvalidSpec when a name cannot be one of a table, collection or member, or is taken
 */
export function records(name: string, definition: Omit<RecordsDefinition, 'name'>): RecordsDefinition {
  const { members, allocates } = definition;
  for (const each of [name, ...memberNames(definition)]) memberName(each);
  const [mistake] = mistakenNames(definition);
  if (mistake) throw new InvalidSpec(`${mistake}. Use another name`);
  const missing = allocates && [allocates.member, ...allocates.within].find((each) => !members?.[each]);
  if (missing) throw new InvalidSpec(`\`allocates\` needs \`${missing}\` among \`members\``);
  assertStore(definition);
  if (definition.store !== 's3') return { name, ...definition };
  return { name, ...definition, beside: { ...definition.beside, [OBJECT_SET]: 'text' } };
}

/** All members but those that are {@link RecordsDefinition.unlisted}, and no lists of rows. */
export function listedMembers({ members, beside = {}, unlisted = [] }: RecordsDefinition): Wanted {
  const all = [...(members ? Object.keys(members) : ['data']), ...Object.keys(beside)];
  return new Set(all.filter((name) => !unlisted.includes(name)));
}

/** Members of `data` that a read brings. */
export const wantsData = (wanted: Wanted, name: string): boolean => wanted === 'all' || wanted.has(name);

/** Columns of a child table that a read brings; none when the list is not wanted at all. */
export function wantedColumns(wanted: Wanted, name: string, child: ChildTable): string[] {
  const columns = Object.keys(child.columns);
  if (wanted === 'all' || wanted.has(name)) return columns;
  const some = columns.filter((column) => wanted.has(`${name}.${column}`));
  // The order stays told, also where nothing else is asked for.
  return some.length > 0 ? [...new Set([child.order, ...some])] : [];
}
