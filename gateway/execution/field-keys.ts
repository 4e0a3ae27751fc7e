import {
  type DirectiveNode,
  type FieldNode,
  type GraphQLField,
  type GraphQLOutputType,
  type GraphQLSchema,
  isCompositeType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  print,
} from 'graphql';

/**
 * Names under which fields are asked for from subgraphs. A field without arguments goes under its own, whatever the
 * client calls it, so that no alias gets in the way of a key; one with arguments under an alias of ours, one for each
 * distinct set of them, so that none gets in the way of what `@requires` asks for. What is the same is asked for once.
 */
export interface FieldKeys {
  shared(field: GraphQLField<unknown, unknown>, node: FieldNode): string;
  /** A key of its own for each response key. */
  own(node: FieldNode): string;
}

/** Fields of one name whose types differ in this may not go under one key (GraphQL's SameResponseShape). */
function shapeOf(type: GraphQLOutputType): string {
  if (isNonNullType(type)) return `${shapeOf(type.ofType)}!`;
  if (isListType(type)) return `[${shapeOf(type.ofType)}]`;
  return isCompositeType(type) ? '{}' : type.name;
}

const fieldNamesOf = (schema: GraphQLSchema): ReadonlySet<string> =>
  new Set(
    Object.values(schema.getTypeMap()).flatMap((type) =>
      isObjectType(type) || isInterfaceType(type) ? Object.keys(type.getFields()) : [],
    ),
  );

const knownNames = new WeakMap<GraphQLSchema, ReadonlySet<string>>();

function namesOf(schema: GraphQLSchema): ReadonlySet<string> {
  const names = knownNames.get(schema) ?? fieldNamesOf(schema);
  knownNames.set(schema, names);
  return names;
}

/** Directives that are a subgraph's to heed. */
export const forwardedDirectives = ({ directives = [] }: FieldNode): readonly DirectiveNode[] =>
  directives.filter(({ name }) => name.value !== 'skip' && name.value !== 'include');

/** A field's arguments and directives as they are written to a subgraph. */
export function argumentsOf(node: FieldNode): string {
  const texts = (node.arguments ?? []).map((argument) => print(argument)).sort();
  const directives = forwardedDirectives(node).map((directive) => ` ${print(directive)}`);
  return `${texts.length > 0 ? `(${texts.join(', ')})` : ''}${directives.join('')}`;
}

export function createFieldKeys(schema: GraphQLSchema): FieldKeys {
  const taken = new Set(namesOf(schema));
  const keys = new Map<string, string>();
  const plain = new Set<string>();

  function alias(name: string): string {
    for (let number = 1; ; number += 1) {
      const candidate = `${name}__${number}`;
      if (taken.has(candidate)) continue;
      taken.add(candidate);
      return candidate;
    }
  }

  function keyFor(name: string, given: string): string {
    if (given !== '' || plain.has(name)) return alias(name);
    plain.add(name);
    return name;
  }

  return {
    shared(field, node) {
      const given = argumentsOf(node);
      const meaning = `${field.name}${given}:${shapeOf(field.type)}`;
      const key = keys.get(meaning) ?? keyFor(field.name, given);
      keys.set(meaning, key);
      return key;
    },
    own({ name, alias: given = name }) {
      const key = keys.get(given.value) ?? alias(name.value);
      keys.set(given.value, key);
      return key;
    },
  };
}
