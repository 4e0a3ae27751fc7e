import { GraphQLError, GraphQLScalarType, Kind } from 'graphql';

/** A whole number that a double holds exactly; written as a JSON number. */
const wholeNumber = (value: unknown): number => {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
  throw new GraphQLError('A whole number between -(2^53 - 1) and 2^53 - 1 is needed');
};

/** `BigInt` of the graph: sizes in bytes, beyond 32 bits but within what JSON carries exactly. */
export const WholeNumberResolver = new GraphQLScalarType<number, number>({
  name: 'BigInt',
  serialize: wholeNumber,
  parseValue: wholeNumber,
  parseLiteral: (node) => wholeNumber(node.kind === Kind.INT ? Number(node.value) : undefined),
});
