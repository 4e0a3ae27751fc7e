import { rewrite, rewritePath } from '../data/rewrites.ts';
import { mergeInto, type Values } from '../data/values.ts';
import type { Part, PartContext } from './part.ts';
import type { Step } from './steps.ts';

/** The part for a fetch from the root. */
export function rootPart(step: Step, { data, errorsOf, isOfType }: PartContext): Part {
  const { operation, fetch } = step;
  const keys = operation.selectionSet.selections.flatMap((node) =>
    node.kind === 'Field' ? [(node.alias ?? node.name).value] : [],
  );
  // Until an answer arrives.
  let isNull = true;
  let done = () => {};
  return {
    step,
    representations: null,
    keep() {},
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
      errorsOf(step).add(data, rewritePath([key, ...rest], fetch.outputRewrites), error);
      if (isNull) errorsOf(step).addNulled(data, error);
      return true;
    },
    fail(error) {
      for (const key of keys) errorsOf(step).add(data, rewritePath([key], fetch.outputRewrites), error);
    },
    settle: () => done(),
    whenDone(then) {
      done = then;
    },
  };
}
