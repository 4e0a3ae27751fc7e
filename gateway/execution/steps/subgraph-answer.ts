import type { GraphQLFormattedError } from 'graphql';
import { holdsMoreThan } from '../../../platform/json/extent.ts';
import { subgraphAnswerTooFull, subgraphUnavailable } from '../../subgraphs/subgraph-errors.ts';
import { isObject, type Values } from '../data/values.ts';

export interface SubgraphAnswer {
  readonly data?: Values | null;
  readonly errors?: readonly GraphQLFormattedError[];
}

/** Values that one subgraph answer may hold: parsing it blocks the event loop. */
const MAX_VALUES = 500_000;

/** @throws BlobgraphError SUBGRAPH_UNAVAILABLE when the text is not a GraphQL result; RESPONSE_TOO_LARGE */
export function parseAnswer(subgraph: string, text: string): SubgraphAnswer {
  if (holdsMoreThan(text, MAX_VALUES)) throw subgraphAnswerTooFull(subgraph, MAX_VALUES);
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch (error) {
    throw subgraphUnavailable(subgraph, error);
  }
  if (isObject(answer) && (isObject(answer['data']) || Array.isArray(answer['errors']))) return answer;
  throw subgraphUnavailable(subgraph);
}
