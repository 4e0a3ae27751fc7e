import { type FieldDefinitionNode, Kind, type ObjectTypeDefinitionNode } from 'graphql';
import type { Occurrence } from '../changes/change.ts';
import type { AnnouncedName, EventName } from '../events/named.ts';
import { assertFits, enumOf, enumValues, memberOf, valueIn } from './members.ts';
import {
  DeclarationFault,
  directivesOf,
  EVENT,
  memberName,
  type Sdl,
  shapeOf,
  textOf,
  textsOf,
} from './sdl.ts';

/** How a payload is made of what is told. */
export interface Payload {
  /** Members that non-null fields need: an event without one of them is no change of this subscription. */
  readonly needs: readonly string[];
  payload(told: Occurrence): Readonly<Record<string, unknown>>;
}

export interface PayloadOf {
  readonly sdl: Sdl;
  readonly events: readonly (EventName | AnnouncedName)[];
  /** Whether these are announced, and in no log. */
  readonly isAnnounced: boolean;
  /** The subgraph that declares the subscription; undefined in its own SDL. */
  readonly graph: string | undefined;
}

interface ReadField {
  readonly name: string;
  readonly needs: readonly string[];
  read(told: Occurrence): unknown;
}

/** Reads a field of a change: a scalar, an enum, or an entity by its key. @throws DeclarationFault */
function reading(coordinate: string, field: FieldDefinitionNode, { sdl, events, graph }: PayloadOf) {
  const [event] = directivesOf(field, EVENT);
  const shape = shapeOf(field.type);
  const given = textOf(event, 'member');
  const type = sdl.type(shape.name);
  if (type?.kind !== Kind.OBJECT_TYPE_DEFINITION) {
    const name = given ?? memberName(field.name.value);
    const member = memberOf(coordinate, name);
    const named = enumOf(sdl, shape.name);
    if (named) {
      const values = enumValues(coordinate, named, { name, member, events });
      return { name, read: (told: Occurrence) => values.get(valueIn(told, name) ?? '') ?? null };
    }
    assertFits(coordinate, name, member, shape);
    return { name, read: (told: Occurrence) => valueIn(told, name) ?? null };
  }
  const key = sdl.keyOf(type, graph);
  if (key === undefined || shape.isList) {
    const problem = `of \`${shape.name}\` this subgraph may hold nothing but a key (\`@key(fields: "id", resolvable: false)\`): its other fields are asked from their owner.`;
    throw new DeclarationFault(coordinate, problem);
  }
  const name = given ?? `${memberName(field.name.value)}_${memberName(key)}`;
  assertFits(coordinate, name, memberOf(coordinate, name), { ...shape, name: 'ID' });
  const read = (told: Occurrence) => {
    const id = valueIn(told, name);
    return id === undefined ? null : { [key]: id };
  };
  return { name, read };
}

/** @throws DeclarationFault when an event that is left out is none */
function exceptionsOf(
  coordinate: string,
  field: FieldDefinitionNode,
  { events }: PayloadOf,
): ReadonlySet<string> {
  const left = textsOf(directivesOf(field, EVENT)[0], 'except') ?? [];
  const unknown = left.find((each) => !(events as readonly string[]).includes(each));
  if (unknown !== undefined)
    throw new DeclarationFault(coordinate, `\`${unknown}\` is none of its events: ${events.join(', ')}.`);
  if (left.length > 0 && shapeOf(field.type).isRequired)
    throw new DeclarationFault(coordinate, 'must be nullable, as it is null in the events of `except`.');
  return new Set(left);
}

function readField(typeName: string, field: FieldDefinitionNode, of: PayloadOf): ReadField {
  const coordinate = `${typeName}.${field.name.value}`;
  if ((field.arguments ?? []).length > 0)
    throw new DeclarationFault(coordinate, 'fields of an event have no arguments.');
  const { name, read } = reading(coordinate, field, of);
  const except = exceptionsOf(coordinate, field, of);
  return {
    name: field.name.value,
    needs: shapeOf(field.type).isRequired ? [name] : [],
    read: (told) => (except.has(told.event) ? null : read(told)),
  };
}

/** @throws DeclarationFault */
export function payloadOf(coordinate: string, field: FieldDefinitionNode, of: PayloadOf): Payload {
  const { name, isList } = shapeOf(field.type);
  const type = of.sdl.type(name) as ObjectTypeDefinitionNode | undefined;
  if (type?.kind !== Kind.OBJECT_TYPE_DEFINITION || isList)
    throw new DeclarationFault(coordinate, 'must give one object.');
  const fields = (type.fields ?? []).map((each) => readField(name, each, of));
  const cursor = type.fields?.find((each) => each.name.value === 'cursor');
  if (
    !of.isAnnounced &&
    (!cursor || shapeOf(cursor.type).name !== 'String' || !shapeOf(cursor.type).isRequired)
  )
    throw new DeclarationFault(name, 'add `cursor: String!`, from which subscribers resume.');
  return {
    needs: fields.flatMap(({ needs }) => needs),
    payload: (told) => Object.fromEntries(fields.map((each) => [each.name, each.read(told)])),
  };
}
