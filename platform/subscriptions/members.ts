import { type EnumTypeDefinitionNode, Kind } from 'graphql';
import type { Occurrence } from '../changes/change.ts';
import { type EventMember, eventMembers, type MemberKind, type MemberValue } from '../events/members.ts';
import type { AnnouncedName, EventName } from '../events/named.ts';
import { DeclarationFault, directivesOf, EVENT, type Sdl, type Shape, textsOf } from './sdl.ts';

/** The GraphQL types by which each kind of value can be given and told. */
const SCALARS: Readonly<Record<MemberKind, readonly string[]>> = {
  id: ['ID', 'String'],
  text: ['String', 'ID'],
  whole: ['Int', 'Float'],
  number: ['Float'],
  time: ['DateTime', 'String'],
};

/** The value of a member of what is told; undefined where the event has none. */
export function valueIn(told: Occurrence, member: string): MemberValue | undefined {
  if (member === 'event') return told.event;
  if (member === 'occurred_at') return told.occurredAt.toISOString();
  if ('cursor' in told && (member === 'cursor' || member === 'version')) return told[member];
  return told.members[member];
}

/** @throws DeclarationFault when events have no such member */
export function memberOf(coordinate: string, name: string): EventMember {
  const known = eventMembers[name];
  if (known) return known;
  const all = Object.keys(eventMembers).join(', ');
  throw new DeclarationFault(
    coordinate,
    `events have no member \`${name}\`. Name one by \`@event(member:)\`: ${all}.`,
  );
}

/** @throws DeclarationFault when the type cannot hold the member's values */
export function assertFits(
  coordinate: string,
  name: string,
  { kind, isList = false }: EventMember,
  shape: Shape,
) {
  const fitting = SCALARS[kind];
  if (fitting.includes(shape.name) && shape.isList === isList) return;
  const [wanted] = fitting.map((each) => (isList ? `[${each}!]` : each));
  throw new DeclarationFault(
    coordinate,
    `\`${name}\` of an event is \`${wanted}\`, and no \`${shape.name}\`.`,
  );
}

/**
 * The values of an enum by those of a member.
 * @throws DeclarationFault when a value of the member has none, or more than one, or an enum's stands for no value
 */
export function enumValues(
  coordinate: string,
  type: EnumTypeDefinitionNode,
  {
    name,
    member,
    events,
  }: { name: string; member: EventMember; events: readonly (EventName | AnnouncedName)[] },
): ReadonlyMap<MemberValue, string> {
  const possible = name === 'event' ? events : member.values;
  if (!possible || member.isList)
    throw new DeclarationFault(coordinate, `\`${name}\` of an event has any values, and fits no enum.`);
  const named = new Map<MemberValue, string>();
  for (const value of type.values ?? []) {
    const [event] = directivesOf(value, EVENT);
    for (const stands of textsOf(event, 'is') ?? [value.name.value]) {
      if (named.has(stands))
        throw new DeclarationFault(
          `${type.name.value}.${value.name.value}`,
          `\`${stands}\` is told by another value.`,
        );
      named.set(stands, value.name.value);
    }
  }
  const untold = possible.find((each) => !named.has(each));
  if (untold === undefined) return named;
  const problem = `no value of \`${type.name.value}\` tells of \`${untold}\`. Add \`@event(is: ["${untold}"])\` to one.`;
  throw new DeclarationFault(coordinate, problem);
}

/** The enum of this name, if there is one. */
export function enumOf(sdl: Sdl, name: string): EnumTypeDefinitionNode | undefined {
  const type = sdl.type(name);
  return type?.kind === Kind.ENUM_TYPE_DEFINITION ? type : undefined;
}
