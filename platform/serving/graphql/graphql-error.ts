import { type ASTNode, GraphQLError } from 'graphql';

/**
 * One of our errors as one of GraphQL's. graphql-js reads the stack of an original error that it is given, and writing a
 * stack down takes longer than all else of a refusal: it is set afterwards.
 */
export function graphQLErrorOf(error: Error, nodes: ASTNode | null = null): GraphQLError {
  return Object.assign(new GraphQLError(error.message, { nodes }), { originalError: error });
}
