import { buildSchema, type GraphQLScalarType, type GraphQLSchema, isScalarType } from 'graphql';
import { DateTimeISOResolver, JSONResolver } from 'graphql-scalars';
import { WholeNumberResolver } from '../../platform/scalars.ts';

/** The scalars of this system's graph, by name, as the subgraphs take them. */
export const systemScalars: Readonly<Record<string, GraphQLScalarType>> = {
  DateTime: DateTimeISOResolver,
  BigInt: WholeNumberResolver,
  JSON: JSONResolver,
};

/**
 * The schema that clients see, with scalars that check what is given to them; those that are not among `scalars` take
 * any value.
 */
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
