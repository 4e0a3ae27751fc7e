import { type FieldDefinitionNode, type InputValueDefinitionNode, Kind } from 'graphql';
import type { Occurrence } from '../changes/change.ts';
import { assertFits, memberOf, valueIn } from './members.ts';
import { DeclarationFault, directivesOf, EVENT, memberName, type Sdl, shapeOf, textOf } from './sdl.ts';

/** The argument that every subscription has: changes after this cursor come first. */
const AFTER = 'after';

/** Arguments of a subscription, as GraphQL coerced them. */
export type Arguments = Readonly<Record<string, unknown>>;

/** A condition: a member of the event equals an argument, or holds it where it is a list. */
interface Condition {
  /** The argument, and the input's field where it is one of an input. */
  readonly path: readonly string[];
  readonly member: string;
}

function conditionOf(coordinate: string, node: InputValueDefinitionNode, path: readonly string[]): Condition {
  const [event] = directivesOf(node, EVENT);
  const name = textOf(event, 'member') ?? memberName(node.name.value);
  const member = memberOf(coordinate, name);
  if (member.kind === 'time')
    throw new DeclarationFault(
      coordinate,
      'events are not asked for by their time: subscribers resume by `after`.',
    );
  assertFits(coordinate, name, { ...member, isList: false }, shapeOf(node.type));
  return { path: [...path, node.name.value], member: name };
}

function conditionsOf(sdl: Sdl, coordinate: string, node: InputValueDefinitionNode): readonly Condition[] {
  const { name, isRequired, isList } = shapeOf(node.type);
  const argument = node.name.value;
  if (argument === AFTER) {
    if (name === 'String' && !isRequired && !isList) return [];
    throw new DeclarationFault(coordinate, 'a cursor is a nullable `String`.');
  }
  const type = sdl.type(name);
  if (type?.kind !== Kind.INPUT_OBJECT_TYPE_DEFINITION) return [conditionOf(coordinate, node, [])];
  if (isList) throw new DeclarationFault(coordinate, 'give one input, and no list of them.');
  return (type.fields ?? []).map((field) => conditionOf(`${name}.${field.name.value}`, field, [argument]));
}

const given = (args: Arguments, path: readonly string[]): unknown =>
  path.reduce<unknown>((value, name) => (value as Arguments | null | undefined)?.[name], args);

function holds(told: Occurrence, member: string, wanted: unknown): boolean {
  const value = valueIn(told, member);
  return Array.isArray(value) ? value.includes(wanted) : value === wanted;
}

/**
 * The conditions that a field's arguments put on its occurrences: all that are given must hold.
 * @throws DeclarationFault
 */
export function argumentFilter(
  sdl: Sdl,
  coordinate: string,
  { arguments: nodes = [] }: FieldDefinitionNode,
  isAnnounced: boolean,
): (args: Arguments) => (told: Occurrence) => boolean {
  const isResumed = nodes.some(({ name }) => name.value === AFTER);
  if (!isResumed && !isAnnounced)
    throw new DeclarationFault(coordinate, 'add the argument `after: String`, by which subscribers resume.');
  if (isResumed && isAnnounced)
    throw new DeclarationFault(
      coordinate,
      'leave out `after`: what is announced is in no log to resume from.',
    );
  const conditions = nodes.flatMap((node) => conditionsOf(sdl, `${coordinate}(${node.name.value}:)`, node));
  return (args) => {
    const asked = conditions
      .map(({ path, member }) => ({ member, wanted: given(args, path) }))
      .filter(({ wanted }) => wanted != null);
    return (told) => asked.every(({ member, wanted }) => holds(told, member, wanted));
  };
}

/** The cursor after which changes are wanted; null: from now on. */
export const cursorIn = (args: Arguments): string | null =>
  (args[AFTER] as string | null | undefined) ?? null;
