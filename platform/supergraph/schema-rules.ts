import {
  type GraphQLArgument,
  type GraphQLEnumValue,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isListType,
  isNonNullType,
  isObjectType,
  isScalarType,
  isSpecifiedScalarType,
} from 'graphql';

/** A place in a schema that keeps a rule not. */
export interface SchemaFault {
  /** A schema coordinate, e.g. `BlobIndex.derived(first:)`. */
  readonly coordinate: string;
  /** Goes on after the coordinate, e.g. `has no description`. */
  readonly message: string;
}

/** Relay's compiler looks for root fields of this name for types with `@fetchable`. */
const FETCH = /^fetch__[A-Z]\w*$/;
const TYPE = /^[A-Z][A-Za-z0-9]*$/;
const MEMBER = /^[a-z][A-Za-z0-9]*$/;
const VALUE = /^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$/;

export const NO_DESCRIPTION = 'has no description';

interface Described {
  readonly description?: string | null | undefined;
}

function* described(coordinate: string, { description }: Described): Generator<SchemaFault> {
  if (!description?.trim()) yield { coordinate, message: NO_DESCRIPTION };
}

function* named(coordinate: string, name: string, pattern: RegExp, form: string): Generator<SchemaFault> {
  if (!pattern.test(name)) yield { coordinate, message: `is no name in ${form}` };
}

function* argumentFaults(field: string, { name, ...rest }: GraphQLArgument): Generator<SchemaFault> {
  const coordinate = `${field}(${name}:)`;
  yield* described(coordinate, rest);
  yield* named(coordinate, name, MEMBER, 'camelCase');
}

function* fieldFaults(
  parent: GraphQLNamedType,
  field: GraphQLField<unknown, unknown> | GraphQLInputField,
): Generator<SchemaFault> {
  const coordinate = `${parent.name}.${field.name}`;
  yield* described(coordinate, field);
  if (!FETCH.test(field.name)) yield* named(coordinate, field.name, MEMBER, 'camelCase');
  if (!('args' in field)) return;
  for (const argument of field.args) yield* argumentFaults(coordinate, argument);
  yield* pageArgumentFaults(coordinate, field);
}

function* valueFaults(parent: string, value: GraphQLEnumValue): Generator<SchemaFault> {
  const coordinate = `${parent}.${value.name}`;
  yield* described(coordinate, value);
  yield* named(coordinate, value.name, VALUE, 'UPPER_CASE');
}

const isConnection = (type: GraphQLOutputType): boolean => {
  const nullable = getNullableType(type);
  return isObjectType(nullable) && nullable.name.endsWith('Connection');
};

/** Relay: https://relay.dev/graphql/connections.htm#sec-Arguments, of lists that are read forwards. */
function* pageArgumentFaults(
  coordinate: string,
  { args, type }: GraphQLField<unknown, unknown>,
): Generator<SchemaFault> {
  if (!isConnection(type)) return;
  const typeOf = (name: string) => {
    const argument = args.find((each) => each.name === name);
    return argument && String(getNullableType(argument.type));
  };
  if (typeOf('first') !== 'Int') yield { coordinate, message: 'is a connection without `first: Int`' };
  if (typeOf('after') !== 'String') yield { coordinate, message: 'is a connection without `after: String`' };
}

/** Relay: https://relay.dev/graphql/connections.htm#sec-Connection-Types and #sec-Edge-Types. */
function* connectionFaults(type: GraphQLObjectType): Generator<SchemaFault> {
  const { edges, pageInfo } = type.getFields();
  const list = edges && getNullableType(edges.type);
  const edge = isListType(list) ? getNullableType(list.ofType) : undefined;
  if (!isObjectType(edge)) yield { coordinate: type.name, message: 'has no list of `edges`' };
  else yield* edgeFaults(edge);
  if (String(pageInfo?.type) !== 'PageInfo!')
    yield { coordinate: type.name, message: 'has no `pageInfo: PageInfo!`' };
}

function* edgeFaults(edge: GraphQLObjectType): Generator<SchemaFault> {
  const { node, cursor } = edge.getFields();
  if (!node || isListType(getNullableType(node.type)))
    yield { coordinate: edge.name, message: 'has no single `node`' };
  if (String(cursor?.type) !== 'String!')
    yield { coordinate: edge.name, message: 'has no `cursor: String!`' };
}

const PAGE_INFO = {
  hasNextPage: 'Boolean!',
  hasPreviousPage: 'Boolean!',
  startCursor: 'String',
  endCursor: 'String',
};

/** Relay: https://relay.dev/graphql/connections.htm#sec-undefined.PageInfo; cursors are null where a page is empty. */
function* pageInfoFaults(type: GraphQLObjectType): Generator<SchemaFault> {
  const fields = type.getFields();
  for (const [name, wanted] of Object.entries(PAGE_INFO))
    if (String(fields[name]?.type) !== wanted)
      yield { coordinate: type.name, message: `has no \`${name}: ${wanted}\`` };
}

/** A payload tells what the caller can mend beside what it made. */
function* payloadFaults(type: GraphQLObjectType): Generator<SchemaFault> {
  if (String(type.getFields()['userErrors']?.type) !== '[UserError!]!')
    yield { coordinate: type.name, message: 'has no `userErrors: [UserError!]!`' };
}

function* objectFaults(type: GraphQLObjectType): Generator<SchemaFault> {
  if (type.name.endsWith('Connection')) yield* connectionFaults(type);
  if (type.name === 'PageInfo') yield* pageInfoFaults(type);
  if (type.name.endsWith('Payload')) yield* payloadFaults(type);
}

function* mutationFaults(type: GraphQLObjectType): Generator<SchemaFault> {
  for (const { name, type: answer } of Object.values(type.getFields()))
    if (!isNonNullType(answer) || !String(answer).endsWith('Payload!'))
      yield { coordinate: `${type.name}.${name}`, message: 'answers no payload' };
}

/** The faults of one type and its members. */
function* typeFaults(type: GraphQLNamedType): Generator<SchemaFault> {
  yield* described(type.name, type);
  yield* named(type.name, type.name, TYPE, 'PascalCase');
  if (isScalarType(type) && !type.specifiedByURL)
    yield { coordinate: type.name, message: 'names no specification (`@specifiedBy`)' };
  if (isEnumType(type)) for (const value of type.getValues()) yield* valueFaults(type.name, value);
  if (isObjectType(type) || isInterfaceType(type) || isInputObjectType(type))
    for (const field of Object.values(type.getFields())) yield* fieldFaults(type, field);
  if (isObjectType(type)) yield* objectFaults(type);
}

/**
 * Faults of a schema that clients see: descriptions of all that has a name, names in their
 * usual form, scalars with a specification, mutations with payloads, and the connections of Relay.
 */
export function schemaFaults(schema: GraphQLSchema): SchemaFault[] {
  const types = Object.values(schema.getTypeMap()).filter(
    (type) => !isIntrospectionType(type) && !isSpecifiedScalarType(type),
  );
  const mutations = schema.getMutationType();
  return [...types.flatMap((type) => [...typeFaults(type)]), ...(mutations ? mutationFaults(mutations) : [])];
}

/** Definitions that every subgraph's SDL holds besides its own. */
const SHARED: ReadonlySet<string> = new Set(['Blob', 'Query', 'Mutation', '_Any', '_Entity', '_Service']);

/** Whether another subgraph says what a type is. */
const isStub = ({ astNode }: GraphQLNamedType): boolean =>
  (astNode?.directives ?? []).some(
    ({ name, arguments: given = [] }) =>
      name.value === 'key' && given.some((each) => each.name.value === 'resolvable'),
  );

/** The same of what a subgraph adds to the graph; `schema` is made of its SDL. */
export const subgraphFaults = (schema: GraphQLSchema): SchemaFault[] =>
  Object.values(schema.getTypeMap())
    .filter((type) => type.astNode && !SHARED.has(type.name) && !isStub(type))
    .flatMap((type) => [...typeFaults(type)]);
