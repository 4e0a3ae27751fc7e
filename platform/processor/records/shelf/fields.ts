import { type Fields, OWN } from '../../../shelf/shelf.ts';
import type { RegistrationState } from '../inventory.ts';
import type { BlobRecord, Envelope, PendingCommand } from '../record.ts';
import { envelopeMembers } from '../record.ts';
import { type RecordsDefinition, type Wanted, wantedColumns, wantsData } from '../records.ts';

type Values = Readonly<Record<string, unknown>>;

const ENVELOPE = 'envelope';
const DATA = 'data';
/** Members have a letter before their names, so that none is taken for the shelf's own. */
const member = (name: string) => `d.${name}`;
const beside = (name: string) => `b.${name}`;
const list = (name: string) => `l.${name}`;

/** All of a record that does not change. */
interface Kept extends Omit<Envelope, 'id' | 'stale' | 'createdAt'> {
  readonly createdAt: string;
  readonly onDemand: boolean;
  readonly inputHash: string | null;
  readonly command: PendingCommand | null;
}

const json = (values: Values, name: (member: string) => string): (readonly [string, string])[] =>
  Object.entries(values)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => [name(key), JSON.stringify(value)] as const);

const isOwn = ({ members = {} }: RecordsDefinition, name: string): boolean => members[name] !== 'envelope';

function dataFields(definition: RecordsDefinition, data: Values): (readonly [string, string])[] {
  if (!definition.members) return [[DATA, JSON.stringify(data)]];
  const own = Object.entries(data).filter(([name]) => isOwn(definition, name));
  return json(Object.fromEntries(own), member);
}

/** A record's fields, as its first writer stores them. */
export function toFields(definition: RecordsDefinition, record: BlobRecord, registerAt: Date): Fields {
  const { id: _, data, beside: all, stale: __, registration: ___, registerAttempts: ____, ...rest } = record;
  const kept: Kept = { ...rest, createdAt: record.createdAt.toISOString() };
  const isList = (name: string) => Object.hasOwn(definition.children ?? {}, name);
  const isPending = record.contentHash === null;
  return {
    [ENVELOPE]: JSON.stringify(kept),
    [OWN.hash]: record.contentHash ?? '',
    [OWN.stale]: '',
    [OWN.registeredAt]: '',
    [OWN.registerAt]: String(registerAt.getTime()),
    [OWN.attempts]: '0',
    [OWN.refusal]: '',
    ...(isPending
      ? {}
      : Object.fromEntries([
          ...dataFields(definition, data),
          ...json(all, (name) => (isList(name) ? list(name) : beside(name))),
        ])),
  };
}

const ALWAYS = [ENVELOPE, OWN.stale, OWN.registeredAt, OWN.attempts, OWN.refusal];

/** The fields that a read needs; undefined: all. */
export function wantedFields(definition: RecordsDefinition, wanted: Wanted): string[] | undefined {
  if (wanted === 'all') return undefined;
  const { members, beside: outside = {}, children = {} } = definition;
  const inside = members
    ? Object.keys(members)
        .filter((name) => isOwn(definition, name) && wantsData(wanted, name))
        .map(member)
    : wantsData(wanted, 'data')
      ? [DATA]
      : [];
  const others = Object.keys(outside).filter((name) => wantsData(wanted, name));
  const lists = Object.entries(children).filter(
    ([name, child]) => wantedColumns(wanted, name, child).length > 0,
  );
  return [...ALWAYS, ...inside, ...others.map(beside), ...lists.map(([name]) => list(name))];
}

const valuesOf = (fields: Fields, names: readonly string[], name: (member: string) => string): Values =>
  Object.fromEntries(
    names.flatMap((each) => {
      const text = fields[name(each)];
      return text === undefined ? [] : [[each, JSON.parse(text) as unknown] as const];
    }),
  );

function dataOf(definition: RecordsDefinition, fields: Fields, envelope: Envelope): Values {
  const { members } = definition;
  if (!members) return JSON.parse(fields[DATA] ?? '{}') as Values;
  const own = Object.keys(members).filter((name) => isOwn(definition, name));
  const shared = Object.keys(members).filter((name) => !isOwn(definition, name));
  return {
    ...valuesOf(fields, own, member),
    ...Object.fromEntries(
      shared.map((name) => [name, envelopeMembers[name as keyof typeof envelopeMembers](envelope)]),
    ),
  };
}

function listsOf({ children = {} }: RecordsDefinition, fields: Fields, wanted: Wanted): Values {
  const found = Object.entries(children).flatMap(([name, child]) => {
    const text = fields[list(name)];
    const columns = wantedColumns(wanted, name, child);
    if (text === undefined || columns.length === 0) return [];
    const rows = JSON.parse(text) as Values[];
    return [
      [name, rows.map((row) => Object.fromEntries(columns.map((column) => [column, row[column]])))] as const,
    ];
  });
  return Object.fromEntries(found);
}

const registrationOf = (fields: Fields): RegistrationState => {
  if (fields[OWN.registeredAt] !== '') return 'registered';
  return fields[OWN.refusal] === '' ? 'waiting' : 'refused';
};

const keptOf = (fields: Fields): Kept => JSON.parse(fields[ENVELOPE] ?? '{}') as Kept;

/** Its owner, to be compared with who asks. */
export const userOf = (fields: Fields): string => keptOf(fields).userId;

export function recordFrom(
  definition: RecordsDefinition,
  id: string,
  fields: Fields,
  wanted: Wanted,
): BlobRecord {
  const { createdAt, onDemand, inputHash, command, ...kept } = keptOf(fields);
  const stale = fields[OWN.stale] === '1';
  const envelope: Envelope = { id, ...kept, stale, createdAt: new Date(createdAt) };
  return {
    ...envelope,
    data: dataOf(definition, fields, envelope),
    beside: {
      ...valuesOf(fields, Object.keys(definition.beside ?? {}), beside),
      ...listsOf(definition, fields, wanted),
    },
    onDemand,
    inputHash,
    command,
    registration: registrationOf(fields),
    registerAttempts: Number(fields[OWN.attempts]),
  };
}
