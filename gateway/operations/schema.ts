import { buildSchema, GraphQLError, GraphQLScalarType, type GraphQLSchema, isScalarType } from 'graphql';
import { DateTimeISOResolver, JSONResolver } from 'graphql-scalars';
import { WholeNumberResolver } from '../../platform/scalars.ts';

const HIDDEN = '__proto__';

/** A member of this name is lost, or worse, where a service copies the value. @throws GraphQLError */
function refuseHidden(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  if (!Array.isArray(value) && Object.hasOwn(value, HIDDEN))
    throw new GraphQLError(`A JSON value may not have a member named \`${HIDDEN}\``);
  for (const inner of Object.values(value)) refuseHidden(inner);
}

const json = new GraphQLScalarType({
  ...JSONResolver.toConfig(),
  parseValue(value) {
    refuseHidden(value);
    return value;
  },
  parseLiteral(node, variables) {
    const value = JSONResolver.parseLiteral(node, variables);
    refuseHidden(value);
    return value;
  },
});

/** The scalars of this system's graph, by name, as the subgraphs take them. */
export const systemScalars: Readonly<Record<string, GraphQLScalarType>> = {
  DateTime: DateTimeISOResolver,
  BigInt: WholeNumberResolver,
  JSON: json,
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
