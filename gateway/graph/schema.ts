import { buildSchema, type GraphQLScalarType, type GraphQLSchema, isScalarType } from 'graphql';
import { DateTimeISOResolver, JSONResolver } from 'graphql-scalars';
import { WholeNumberResolver } from '../../platform/serving/graphql/scalars.ts';

/** The custom scalars of this system's graph, by name, with the subgraphs' parsing. */
export const systemScalars: Readonly<Record<string, GraphQLScalarType>> = {
  DateTime: DateTimeISOResolver,
  BigInt: WholeNumberResolver,
  JSON: JSONResolver,
};

/** Of what clients write: subgraphs are not told. */
const DEFER = `
"""
What the fragment selects is told later, so that the rest does not wait for it: to clients that take an answer in parts
(\`multipart/mixed\`, or GraphQL over WebSocket). Others are told all of it at once.
"""
directive @defer(
  """
  A name that comes back with what is told later. Each in a document is another.
  """
  label: String
  """
  Whether it is told later.
  """
  if: Boolean! = true
) on FRAGMENT_SPREAD | INLINE_FRAGMENT
`;

/** Builds the API schema with custom scalars. Scalars that are not among `scalars` accept any value. */
export function clientSchema(
  sdl: string,
  scalars: Readonly<Record<string, GraphQLScalarType>> = {},
): GraphQLSchema {
  const schema = buildSchema(`${sdl}${DEFER}`, { assumeValid: true, noLocation: true });
  for (const [name, { parseValue, parseLiteral }] of Object.entries(scalars)) {
    const type = schema.getType(name);
    if (isScalarType(type)) Object.assign(type, { parseValue, parseLiteral });
  }
  return schema;
}
