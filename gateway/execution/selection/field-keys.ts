import {
  type DirectiveNode,
  type FieldNode,
  type GraphQLField,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  print,
} from 'graphql';

/**
 * The response keys under which subgraphs are asked for fields. A field without arguments keeps its name, whatever
 * alias the client gives it, so that no alias collides with a key field. A field with arguments gets a generated alias
 * for each distinct set of arguments, so that it does not collide with fields that `@requires` needs. Equal leaves
 * share a key. Objects share one only under the same response key: an error below one alias must not make the other
 * null.
 */
export interface FieldKeys {
  /** The same key when field, arguments, directives and type agree; of objects, also the response key. */
  shared(field: GraphQLField<unknown, unknown>, node: FieldNode): string;
  /** A separate key for each response key. */
  own(node: FieldNode): string;
}

/** Fields whose types differ in this cannot share a key (GraphQL's SameResponseShape). */
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

/** Directives that are sent on to subgraphs: all but `@skip` and `@include`. */
export const forwardedDirectives = ({ directives = [] }: FieldNode): readonly DirectiveNode[] =>
  directives.filter(({ name }) => name.value !== 'skip' && name.value !== 'include');

/** A field's arguments and directives, printed for a subgraph. */
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

  function keyFor({ name, args }: GraphQLField<unknown, unknown>, given: string): string {
    if (given !== '' || args.length > 0 || plain.has(name)) return alias(name);
    plain.add(name);
    return name;
  }

  return {
    shared(field, node) {
      const given = argumentsOf(node);
      const called = isCompositeType(getNamedType(field.type)) ? (node.alias ?? node.name).value : '';
      const meaning = `${called}:${field.name}${given}:${shapeOf(field.type)}`;
      const key = keys.get(meaning) ?? keyFor(field, given);
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
