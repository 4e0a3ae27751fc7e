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

/** Where a variable that may be null stands for a value that may not: a default makes that valid. */
export interface NullPlace {
  readonly variable: string;
  /** The argument, and the input field in it, e.g. `orderBy.direction`. */
  readonly place: string;
  readonly type: GraphQLInputType;
  readonly node: VariableNode;
}

type Ancestor = ASTNode | readonly ASTNode[];

const isNode = (ancestor: Ancestor): ancestor is ASTNode => !Array.isArray(ancestor);

/** The name of the argument and those of the input fields that lead to a value. */
const placeOf = (ancestors: readonly Ancestor[]): string =>
  ancestors
    .filter(isNode)
    .flatMap((node) =>
      node.kind === Kind.ARGUMENT || node.kind === Kind.OBJECT_FIELD ? [node.name.value] : [],
    )
    .join('.');

/** `document`: the operation, valid, and the fragments that it uses. */
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

/** The errors of variables that are null where they may not be. */
export const nullErrors = (
  places: readonly NullPlace[],
  variables: Readonly<Record<string, unknown>>,
): readonly GraphQLError[] =>
  places.flatMap(({ variable, place, type, node }) => {
    if (variables[variable] !== null) return [];
    const message = `Argument "${place}" of type "${type}" must not be null, as its variable "$${variable}" is.`;
    return [new GraphQLError(message, { nodes: node, extensions: { code: 'BAD_REQUEST' } })];
  });
