import { BlobgraphError } from '../../errors/errors.ts';
import { isPending, type NewRecord } from './record.ts';
import type { ChildTable, MemberKind, Members, RecordsDefinition } from './records.ts';

type Values = Readonly<Record<string, unknown>>;

/** Levels of nesting: MongoDB takes 100, its own included. */
const MAX_DEPTH = 64;
const INT32 = 2 ** 31;

const invalid = (where: string, fault: string): BlobgraphError =>
  new BlobgraphError('PROCESSING_FAILED', `The result cannot be stored: \`${where}\` ${fault}.`);

function text(value: unknown, where: string): string {
  if (typeof value !== 'string') throw invalid(where, 'is no text');
  if (value.isWellFormed() && !value.includes('\0')) return value;
  throw invalid(where, 'holds NUL or half of a surrogate pair');
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** A value as JSON has it, members that are undefined left out. @throws BlobgraphError PROCESSING_FAILED */
function json(value: unknown, where: string, depth = 0): unknown {
  if (value === null || typeof value === 'boolean') return value;
  if (typeof value === 'string') return text(value, where);
  // JSON knows no -0.
  if (Number.isFinite(value)) return (value as number) + 0;
  if (depth === MAX_DEPTH) throw invalid(where, `is nested deeper than ${MAX_DEPTH} levels`);
  if (Array.isArray(value)) {
    return Array.from(value, (each, index) => json(each, `${where}[${index}]`, depth + 1));
  }
  if (typeof value !== 'object' || !isPlain(value)) throw invalid(where, 'is no value of JSON');
  const members = Object.entries(value).filter(([, each]) => each !== undefined);
  return Object.fromEntries(
    members.map(([name, each]) => [text(name, where), json(each, `${where}.${name}`, depth + 1)]),
  );
}

const isInteger = (value: unknown, bound: number): boolean =>
  Number.isSafeInteger(value) && Number(value) >= -bound && Number(value) < bound;

const fits: Readonly<Record<MemberKind, (value: unknown) => boolean>> = {
  text: (value) => typeof value === 'string',
  integer: (value) => isInteger(value, INT32),
  bigint: (value) => isInteger(value, 2 ** 53),
  double: (value) => typeof value === 'number',
  boolean: (value) => typeof value === 'boolean',
  json: () => true,
  jsonb: () => true,
  envelope: () => true,
};

const keepsNull = (kind: MemberKind | undefined): boolean =>
  kind === 'json' || kind === 'jsonb' || kind === 'envelope';

/** Declared members; a null is left out where its column would not tell it from none. */
function declared(kinds: Members, values: Values, where: string): Values {
  const kept = Object.entries(values).filter(([name, value]) => value !== null || keepsNull(kinds[name]));
  for (const [name, value] of Object.entries(values)) {
    const kind = Object.hasOwn(kinds, name) ? kinds[name] : undefined;
    if (!kind) throw invalid(`${where}.${name}`, 'is not declared in the processor’s `records`');
    if (value !== null && !fits[kind](value)) throw invalid(`${where}.${name}`, `is no \`${kind}\``);
  }
  return Object.fromEntries(kept);
}

/** Rows of a list in their order, each with all columns. */
function rows({ columns, order }: ChildTable, values: unknown, where: string): Values[] {
  if (!Array.isArray(values)) throw invalid(where, 'is no list');
  const empty = Object.fromEntries(Object.keys(columns).map((column) => [column, null]));
  const all = values.map((row: Values, index) => ({
    ...empty,
    ...declared(columns, row, `${where}[${index}]`),
  }));
  const places = all.map((row: Values) => row[order] as number | string | null);
  if (places.includes(null) || new Set(places).size < places.length) {
    throw invalid(where, `has rows without a \`${order}\` of their own`);
  }
  return all.toSorted((a: Values, b: Values) => (Number(a[order]) < Number(b[order]) ? -1 : 1));
}

function besideOf({ beside = {}, children = {} }: RecordsDefinition, values: Values): Values {
  const isList = (name: string) => Object.hasOwn(children, name);
  const members = Object.entries(values).filter(([name]) => !isList(name));
  const lists = Object.entries(children).map(
    ([name, child]) => [name, rows(child, values[name] ?? [], name)] as const,
  );
  return { ...declared(beside, Object.fromEntries(members), 'beside'), ...Object.fromEntries(lists) };
}

function dataOf({ members, allocates }: RecordsDefinition, values: Values): Values {
  if (!members) return values;
  const data = declared(members, values, 'data');
  const missing = allocates?.within.find((name) => data[name] === undefined);
  if (missing) throw invalid(`data.${missing}`, 'is missing');
  return data;
}

/**
 * Content as every store gives it back: JSON, of the declared members and kinds, rows in their order.
 * @throws BlobgraphError PROCESSING_FAILED that names the member
 */
export function storableContent(
  definition: RecordsDefinition,
  { data, beside = {} }: { readonly data: object; readonly beside?: Values },
): { readonly data: Values; readonly beside: Values } {
  return {
    data: dataOf(definition, json(data, 'data') as Values),
    beside: besideOf(definition, json(beside, 'beside') as Values),
  };
}

/**
 * The record as every store gives it back.
 * @throws BlobgraphError PROCESSING_FAILED that names the member: what was made cannot be stored
 */
export function storable(definition: RecordsDefinition, record: NewRecord): NewRecord {
  const describe: NewRecord['describe'] = (allocated) => {
    const { title, preview } = record.describe(allocated);
    return { title: text(title, 'title'), preview: text(preview, 'preview') };
  };
  if (isPending(record)) return { ...record, describe };
  return { ...record, ...storableContent(definition, record), describe };
}
