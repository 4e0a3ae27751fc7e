import { buildSchema, type GraphQLScalarType, type GraphQLSchema, isScalarType } from 'graphql';
import { DateTimeISOResolver, JSONResolver } from 'graphql-scalars';
import { WholeNumberResolver } from '../../platform/serving/graphql/scalars.ts';

/** The custom scalars of this system's graph, by name, with the subgraphs' parsing. */
export const systemScalars: Readonly<Record<string, GraphQLScalarType>> = {
  DateTime: DateTimeISOResolver,
  BigInt: WholeNumberResolver,
  JSON: JSONResolver,
};

/** Builds the API schema with custom scalars. Scalars that are not among `scalars` accept any value. */
export function clientSchema(
  sdl: string,
  scalars: Readonly<Record<string, GraphQLScalarType>> = {},
): GraphQLSchema {
  const schema = buildSchema(sdl, { assumeValid: true, noLocation: true });
  for (const [name, { parseValue, parseLiteral }] of Object.entries(scalars)) {
    const type = schema.getType(name);
    if (isScalarType(type)) Object.assign(type, { parseValue, parseLiteral });
  }
  return schema;
}
