import {
  type DocumentNode,
  type FieldNode,
  type GraphQLInputType,
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  type OperationDefinitionNode,
  print,
  stripIgnoredCharacters,
  TypeInfo,
  typeFromAST,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { MAX_OPERATION_COORDINATES, type OperationUse } from '../../platform/clients/supergraph.ts';
import { textHash } from '../../platform/serving/graphql/operation.ts';

/** The shape of an operation, without a literal, a variable's value or anything else that a user may have written. */
export type OperationShape = Pick<OperationUse, 'hash' | 'name' | 'kind' | 'coordinates'>;

const MAX_NAME = 80;

/**
 * The operation with every literal in the place of which any other could stand, and without aliases, which clients may write
 * anything into.
 */
const withoutContent = (document: DocumentNode): DocumentNode =>
  visit(document, {
    Field: ({ alias: _alias, ...node }: FieldNode) => node,
    IntValue: (node) => ({ ...node, value: '0' }),
    FloatValue: (node) => ({ ...node, value: '0' }),
    StringValue: (node) => ({ ...node, value: '', block: false }),
    ListValue: (node) => ({ ...node, values: [] }),
    ObjectValue: (node) => ({ ...node, fields: [] }),
  });

/** All that a variable of an input type may hold: which of it a request sends is in its variables, which are not looked at. */
function addInput(type: GraphQLInputType, add: (coordinate: string) => void, seen = new Set<string>()): void {
  const named = getNamedType(type);
  if (seen.has(named.name)) return;
  seen.add(named.name);
  if (isEnumType(named)) for (const { name } of named.getValues()) add(`${named.name}.${name}`);
  if (!isInputObjectType(named)) return;
  for (const field of Object.values(named.getFields())) {
    add(`${named.name}.${field.name}`);
    addInput(field.type, add, seen);
  }
}

const isMeta = (name: string): boolean => name.startsWith('__');

/** Adds the coordinates that a valid document uses. */
function addCoordinates(schema: GraphQLSchema, document: DocumentNode, add: (coordinate: string) => void) {
  const types = new TypeInfo(schema);
  const visitor = visitWithTypeInfo(types, {
    VariableDefinition({ type }) {
      const declared = typeFromAST(schema, type as Parameters<typeof typeFromAST>[1]);
      if (declared) addInput(declared as GraphQLInputType, add);
    },
    Field({ name: { value } }) {
      const parent = types.getParentType();
      if (parent && !isMeta(parent.name) && (value === '__typename' || !isMeta(value)))
        add(`${parent.name}.${value}`);
    },
    Argument({ name: { value } }) {
      const [parent, field] = [types.getParentType(), types.getFieldDef()];
      if (parent && field && !types.getDirective() && !isMeta(field.name) && !isMeta(parent.name))
        add(`${parent.name}.${field.name}(${value}:)`);
    },
    ObjectField({ name: { value } }) {
      const parent = types.getParentInputType();
      const named = parent && getNamedType(parent);
      if (isInputObjectType(named)) add(`${named.name}.${value}`);
    },
    EnumValue({ value }) {
      const type = types.getInputType();
      const named = type && getNamedType(type);
      if (isEnumType(named)) add(`${named.name}.${value}`);
    },
  });
  visit(document, visitor);
}

/** Shapes of one schema's operations. They share the texts of their coordinates, which are as many as the schema has. */
export function createShaping(schema: GraphQLSchema) {
  const texts = new Map<string, string>();
  const shared = (text: string): string => {
    const known = texts.get(text);
    if (known === undefined) texts.set(text, text);
    return known ?? text;
  };
  /** @param document a valid document of one operation */
  return (document: DocumentNode, { operation, name }: OperationDefinitionNode): OperationShape => {
    const coordinates = new Set<string>();
    addCoordinates(schema, document, (coordinate) => {
      if (coordinates.size < MAX_OPERATION_COORDINATES) coordinates.add(shared(coordinate));
    });
    return {
      hash: textHash(stripIgnoredCharacters(print(withoutContent(document)))),
      name: name?.value.slice(0, MAX_NAME) ?? null,
      kind: `${operation}`,
      coordinates: [...coordinates],
    };
  };
}
