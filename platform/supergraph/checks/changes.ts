import { printSchema, Supergraph } from '@apollo/federation-internals';
import { type Change, CriticalityLevel, diff } from '@graphql-inspector/core';
import { buildSchema, type DocumentNode, type GraphQLSchema } from 'graphql';
import { objectTypes } from '../blob-types.ts';
import { criticalities, type SchemaChange } from './task.ts';

/** The schema that clients see of a supergraph. */
function apiSchema(supergraphSdl: string): GraphQLSchema {
  const supergraph = Supergraph.build(supergraphSdl, { validateSupergraph: false });
  return buildSchema(printSchema(supergraph.apiSchema()), { assumeValidSDL: true });
}

const levels: Readonly<Record<CriticalityLevel, SchemaChange['criticality']>> = {
  [CriticalityLevel.Breaking]: 'BREAKING',
  [CriticalityLevel.Dangerous]: 'DANGEROUS',
  [CriticalityLevel.NonBreaking]: 'NON_BREAKING',
};

/** Its place: `Type`, `Type.member`, `Type.field.argument`, with dots in between. */
const partsOf = ({ path }: Change): string[] => (path ?? '').split('.').filter((part) => part !== '');

function coordinateOf(change: Change): string {
  const [type, member, argument] = partsOf(change);
  if (type === undefined) return 'schema';
  if (member === undefined) return type;
  return argument === undefined ? `${type}.${member}` : `${type}.${member}(${argument}:)`;
}

/** Only who uses the argument itself is concerned when it goes; when one that must be given comes, all of the field. */
const concernsField = ({ type }: Change): boolean => String(type) === 'FIELD_ARGUMENT_ADDED';

/** A member of an input type may be sent within a variable: then the type alone is known to be used. */
const isOfWholeType = ({ type }: Change): boolean => String(type) === 'INPUT_FIELD_ADDED';

function concernsOf(change: Change): SchemaChange['concerns'] {
  const [type, member] = partsOf(change);
  if (type === undefined) return { coordinates: [], types: [] };
  if (member === undefined || isOfWholeType(change)) return { coordinates: [type], types: [type] };
  if (concernsField(change)) return { coordinates: [`${type}.${member}`], types: [] };
  const isMember = /^(?:INPUT_FIELD|ENUM_VALUE)_/.test(String(change.type));
  return { coordinates: [coordinateOf(change), ...(isMember ? [type] : [])], types: [] };
}

/** Directives are no part of what operations use, but for `@deprecated`, which has changes of its own; descriptions are none. */
const matters = ({ type }: Change): boolean => !/^DIRECTIVE_USAGE_|_DESCRIPTION_/.test(String(type));

/** A type or field that is new is one change, and not one for each of its members too. */
function withoutMembersOfNew(changes: readonly Change[]): Change[] {
  const isAddition = ({ type }: Change) => type === 'TYPE_ADDED' || type === 'FIELD_ADDED';
  const added = new Set(changes.filter(isAddition).map(({ path }) => path));
  const isWithinNew = (change: Change): boolean => {
    const [type, member] = partsOf(change);
    return added.has(type) || (added.has(`${type}.${member}`) && !isAddition(change));
  };
  return changes.filter((change) => change.type === 'TYPE_ADDED' || !isWithinNew(change));
}

/** A member as a subgraph's SDL has it, by `Type.member`, and the type itself. */
function placesIn(document: DocumentNode): ReadonlySet<string> {
  const places = new Set<string>();
  for (const definition of document.definitions) {
    if (!('name' in definition) || !definition.name) continue;
    const members =
      'fields' in definition ? definition.fields : 'values' in definition ? definition.values : [];
    places.add(definition.name.value);
    for (const member of members ?? []) places.add(`${definition.name.value}.${member.name.value}`);
  }
  return places;
}

/** A subgraph that is no party to the change. */
export interface Bystander {
  readonly name: string;
  readonly document: DocumentNode;
}

/** Whether a subgraph has a type as its own, and not to refer to it: what it does not resolve may go. */
const hasField = ({ document }: Bystander, type: string): boolean =>
  objectTypes(document).every(({ name, fields = [] }) => name.value !== type || fields.length > 1);

function ownersOf(
  change: Change,
  bystanders: readonly (Bystander & { places: ReadonlySet<string> })[],
): string[] {
  const [type = '', member] = partsOf(change);
  const place = member === undefined ? type : `${type}.${member}`;
  return bystanders
    .filter((each) => each.places.has(place) && (member !== undefined || hasField(each, type)))
    .map(({ name }) => name);
}

const order = ({ criticality }: SchemaChange): number => criticalities.indexOf(criticality);

/** The changes for clients from one supergraph to another, the breaking ones first. */
export async function changesBetween(
  before: string,
  after: string,
  bystanders: readonly Bystander[] = [],
): Promise<SchemaChange[]> {
  if (before === after) return [];
  const others = bystanders.map((each) => ({ ...each, places: placesIn(each.document) }));
  const found = await diff(apiSchema(before), apiSchema(after));
  return withoutMembersOfNew(found.filter(matters))
    .map((change) => ({
      criticality: levels[change.criticality.level],
      message: change.message,
      coordinate: coordinateOf(change),
      concerns: concernsOf(change),
      owners: ownersOf(change, others),
    }))
    .sort((a, b) => order(a) - order(b) || (a.coordinate < b.coordinate ? -1 : 1));
}
