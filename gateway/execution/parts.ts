import type { GraphQLFormattedError } from 'graphql';
import { type EntityAnswer, entityPart } from './entities.ts';
import type { LocatedErrors } from './errors.ts';
import { rewrite, rewritePath, type TypeTest } from './representations.ts';
import type { Step } from './steps.ts';
import { mergeInto, type Values } from './values.ts';

/** One step on its way: what it asks for, and where its part of an answer goes. */
export interface Part {
  readonly step: Step;
  /** JSON of each representation to ask for; null for a fetch from the root. */
  readonly representations: readonly string[] | null;
  /** Takes its part of an answer, whose keys begin with `prefix`. */
  take(answer: Values, prefix: string): void;
  /** Takes an error of its part; false when it tells of another part. */
  takeError(error: GraphQLFormattedError, prefix: string): boolean;
  /** Takes an error of all that it asked for. */
  fail(error: GraphQLFormattedError): void;
  /** Says that nothing more comes. */
  settle(): void;
  /** Calls `done` once, when all that the step fills in is in the data. */
  whenDone(done: () => void): void;
}

export interface PartContext {
  readonly data: Values;
  readonly errors: () => LocatedErrors;
  readonly isOfType: TypeTest;
  /** Answers about entities that were asked for by the step's selection, by representation. */
  answersTo(step: Step): Map<string, EntityAnswer>;
}

function rootPart(step: Step, { data, errors, isOfType }: PartContext): Part {
  const { operation, fetch } = step;
  const keys = operation.selectionSet.selections.flatMap((node) =>
    node.kind === 'Field' ? [(node.alias ?? node.name).value] : [],
  );
  // Until there is an answer.
  let isNull = true;
  let done = () => {};
  return {
    step,
    representations: null,
    take(answer, prefix) {
      isNull = false;
      const own: Values = {};
      for (const key of keys) own[key] = answer[`${prefix}${key}`];
      if (fetch.outputRewrites) rewrite(own, fetch.outputRewrites, isOfType);
      mergeInto(data, own, isOfType);
    },
    takeError(error, prefix) {
      const [root, ...rest] = error.path ?? [];
      const key = keys.find((each) => root === `${prefix}${each}`);
      if (key === undefined) return false;
      errors().add(data, rewritePath([key, ...rest], fetch.outputRewrites), error);
      if (isNull) errors().addNulled(data, error);
      return true;
    },
    fail(error) {
      for (const key of keys) errors().add(data, rewritePath([key], fetch.outputRewrites), error);
    },
    settle: () => done(),
    whenDone(then) {
      done = then;
    },
  };
}

/** Makes a step ready to be asked; null when there is nothing that it is for. */
export const createPart = (step: Step, context: PartContext): Part | null =>
  step.path === null ? rootPart(step, context) : entityPart(step, context);
