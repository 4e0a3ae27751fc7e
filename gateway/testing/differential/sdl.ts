import {
  type ConstDirectiveNode,
  type GraphQLField,
  type GraphQLInterfaceType,
  type GraphQLObjectType,
  type GraphQLSchema,
  isInterfaceType,
  isObjectType,
  Kind,
  parse,
  type SelectionSetNode,
} from 'graphql';

type Composite = GraphQLObjectType | GraphQLInterfaceType;

export function directivesOf(node: Composite, name: string): ConstDirectiveNode[] {
  return (node.astNode?.directives ?? []).filter((directive) => directive.name.value === name);
}

/** The `fields` of `@key`, `@requires` or `@provides`. */
export function fieldSet(directive: ConstDirectiveNode): SelectionSetNode {
  const value = directive.arguments?.find(({ name }) => name.value === 'fields')?.value;
  if (value?.kind !== Kind.STRING) throw new TypeError('A field set is a string');
  const definition = parse(`{ ${value.value} }`).definitions[0];
  if (definition?.kind !== Kind.OPERATION_DEFINITION) throw new TypeError('A field set must be a selection');
  return definition.selectionSet;
}

/** The fields of object types and interfaces of a subgraph, federation's own aside. */
export function* fieldsOf(schema: GraphQLSchema): Generator<[Composite, GraphQLField<unknown, unknown>]> {
  for (const type of Object.values(schema.getTypeMap())) {
    if (type.name.startsWith('_') || !(isObjectType(type) || isInterfaceType(type))) continue;
    for (const field of Object.values(type.getFields())) if (!field.name.startsWith('_')) yield [type, field];
  }
}
