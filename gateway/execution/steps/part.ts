import type { GraphQLFormattedError } from 'graphql';
import type { LocatedErrors } from '../data/located-errors.ts';
import type { TypeTest } from '../data/type-test.ts';
import type { Values } from '../data/values.ts';
import type { KeptEntities, KeptTrace } from './kept-entities.ts';
import type { Step } from './steps.ts';

/** The part of a request that serves one step: what it requests, and how its part of the answer is merged. */
export interface Part {
  readonly step: Step;
  /** Entity representations to send, as JSON; null for a fetch from the root. */
  readonly representations: readonly string[] | null;
  /** Takes its fields of an answer, whose keys begin with `prefix`. */
  take(answer: Values, prefix: string): void;
  /** Takes an error about its fields; false when the error is about another part. */
  takeError(error: GraphQLFormattedError, prefix: string): boolean;
  /** Takes an error about all of its fields. */
  fail(error: GraphQLFormattedError): void;
  /** Keeps entities without errors for later operations. To be called when no error of the answer can be about others. */
  keep(): void;
  /** To be called when its request has ended, successfully or not. */
  settle(): void;
  /** Calls `done` once, when all answers that the step needs are merged. */
  whenDone(done: () => void): void;
}

export interface PartContext {
  /** Answers are merged into it. */
  readonly data: Values;
  /** Where errors of a step's answers go. Creates the collection at the first call. */
  readonly errorsOf: (step: Step) => LocatedErrors;
  readonly isOfType: TypeTest;
  /** Entities of earlier operations. */
  readonly kept: KeptEntities | undefined;
  /** The client's variables. */
  readonly variables: Readonly<Values>;
  /** Called when some of a step's entities were kept. */
  readonly onKept: ((kept: KeptTrace) => void) | undefined;
  /** Answers for entities that were requested with the step's selection, by representation. */
  answersTo(step: Step): Map<string, EntityAnswer>;
}

/** A subgraph's answer for one entity. An operation fetches it once, however many paths lead to it. */
export interface EntityAnswer {
  /** Undefined until the answer arrives, and when the request failed. */
  entity: Values | null | undefined;
  /** With paths that begin at the entity. */
  readonly errors: EntityError[];
  /** Called when the answer is settled; null from then on. */
  waiting: (() => void)[] | null;
}

interface EntityError {
  readonly path: readonly (string | number)[];
  readonly error: GraphQLFormattedError;
}
