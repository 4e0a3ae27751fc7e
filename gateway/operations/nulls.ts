import {
  type ASTNode,
  type DocumentNode,
  GraphQLError,
  type GraphQLInputType,
  type GraphQLSchema,
  isNonNullType,
  Kind,
  type OperationDefinitionNode,
  TypeInfo,
  type VariableNode,
  visit,
  visitWithTypeInfo,
} from 'graphql';

/** A nullable variable in a non-null position, which is valid when either has a default. */
export interface NullPlace {
  /** Its name, without `$`. */
  readonly variable: string;
  /** The argument and the input fields that lead to the position, e.g. `orderBy.direction`. */
  readonly place: string;
  /** That of the position, which is non-null. */
  readonly type: GraphQLInputType;
  /** The use of the variable, which errors point to. */
  readonly node: VariableNode;
}

type Ancestor = ASTNode | readonly ASTNode[];

const isNode = (ancestor: Ancestor): ancestor is ASTNode => !Array.isArray(ancestor);

/** The names of the argument and of the input fields that lead to a value. */
const placeOf = (ancestors: readonly Ancestor[]): string =>
  ancestors
    .filter(isNode)
    .flatMap((node) =>
      node.kind === Kind.ARGUMENT || node.kind === Kind.OBJECT_FIELD ? [node.name.value] : [],
    )
    .join('.');

/** @param document the valid operation, with the fragments that it uses */
export function nullPlaces(
  schema: GraphQLSchema,
  document: DocumentNode,
  { variableDefinitions = [] }: OperationDefinitionNode,
): readonly NullPlace[] {
  const nullable = new Set(
    variableDefinitions
      .filter(({ type }) => type.kind !== Kind.NON_NULL_TYPE)
      .map(({ variable }) => variable.name.value),
  );
  if (nullable.size === 0) return [];
  const places: NullPlace[] = [];
  const types = new TypeInfo(schema);
  const visitor = visitWithTypeInfo(types, {
    VariableDefinition: () => false,
    Variable(node, _key, parent, _path, ancestors) {
      const type = types.getInputType();
      if (!isNonNullType(type) || !nullable.has(node.name.value)) return;
      places.push({
        variable: node.name.value,
        place: placeOf(parent ? [...ancestors, parent] : ancestors),
        type,
        node,
      });
    },
  });
  visit(document, visitor);
  return places;
}

/** Errors for variables that are null in non-null positions. */
export const nullErrors = (
  places: readonly NullPlace[],
  variables: Readonly<Record<string, unknown>>,
): readonly GraphQLError[] =>
  places.flatMap(({ variable, place, type, node }) => {
    if (variables[variable] !== null) return [];
    const message = `Argument "${place}" of type "${type}" must not be null, but its variable "$${variable}" is.`;
    return [new GraphQLError(message, { nodes: node, extensions: { code: 'BAD_REQUEST' } })];
  });
