import type { GraphQLFormattedError } from 'graphql';
import type { Part, PartContext } from './parts.ts';
import { entitiesAt, represent, rewrite, rewritePath } from './representations.ts';
import type { Step } from './steps.ts';
import { copy, isObject, mergeInto, type Values } from './values.ts';

const ENTITIES = '_entities';

/** A subgraph's answer about one entity. An operation asks for it once, at however many of its paths it stands. */
export interface EntityAnswer {
  /** Undefined while there is no answer, or when there was none. */
  entity: Values | null | undefined;
  readonly errors: EntityError[];
  /** Those who wait for it; null when nothing more comes. */
  waiting: (() => void)[] | null;
}

interface EntityError {
  readonly path: readonly (string | number)[];
  readonly error: GraphQLFormattedError;
}

/** The objects that a step is for, each with what is, or will be, known of it. */
interface Represented {
  readonly objects: readonly { readonly object: Values; readonly answer: EntityAnswer }[];
  /** Those that are not asked for yet, by representation. */
  readonly unasked: ReadonlyMap<string, EntityAnswer>;
}

function representAll(step: Step, { data, isOfType, answersTo }: PartContext): Represented {
  const { fetch, path } = step;
  const { requires = [], inputRewrites } = fetch;
  const answers = answersTo(step);
  const unasked = new Map<string, EntityAnswer>();
  const objects: { object: Values; answer: EntityAnswer }[] = [];
  for (const object of entitiesAt(data, path ?? [], isOfType)) {
    const representation = represent(object, requires, isOfType);
    if (!representation) continue;
    if (inputRewrites) rewrite(representation, inputRewrites, isOfType);
    const json = JSON.stringify(representation);
    let answer = answers.get(json);
    if (!answer) {
      answer = { entity: undefined, errors: [], waiting: [] };
      answers.set(json, answer);
      unasked.set(json, answer);
    }
    objects.push({ object, answer });
  }
  return { objects, unasked };
}

/** A step that asks for entities; null when there are none. */
export function entityPart(step: Step, context: PartContext): Part | null {
  const { objects, unasked } = representAll(step, context);
  if (objects.length === 0) return null;
  const { errors, isOfType } = context;
  const { outputRewrites } = step.fetch;
  const asked = [...unasked.values()];
  const own = new Set(asked);

  /** Puts what is known into the data. Another part's own objects are copied: what comes to them later is its alone. */
  function merge(): void {
    const copies = new Map<EntityAnswer, Values>();
    for (const { object, answer } of objects) {
      const { entity } = answer;
      if (isObject(entity)) {
        const source = own.has(answer) ? entity : (copies.get(answer) ?? copy(entity));
        copies.set(answer, source);
        mergeInto(object, source, isOfType);
      } else if (entity === null) errors().addGone(object);
      for (const { path, error } of answer.errors) {
        errors().add(object, path, error);
        if (entity === null) errors().addNulled(object, error);
      }
    }
  }

  const fail = (error: GraphQLFormattedError) => {
    for (const answer of asked) answer.errors.push({ path: [], error });
  };

  return {
    step,
    representations: [...unasked.keys()],
    take(answer, prefix) {
      const found = answer[`${prefix}${ENTITIES}`];
      if (!Array.isArray(found)) return;
      for (const [index, each] of asked.entries()) {
        const entity: unknown = found[index];
        if (outputRewrites) rewrite(entity, outputRewrites, isOfType);
        each.entity = isObject(entity) ? entity : null;
      }
    },
    takeError(error, prefix) {
      const [root, index, ...rest] = error.path ?? [];
      if (root !== `${prefix}${ENTITIES}`) return false;
      const answer = typeof index === 'number' ? asked[index] : undefined;
      if (answer) answer.errors.push({ path: rewritePath(rest, outputRewrites), error });
      else fail(error);
      return true;
    },
    fail,
    settle() {
      for (const answer of asked) {
        const { waiting } = answer;
        answer.waiting = null;
        for (const go of waiting ?? []) go();
      }
    },
    whenDone(done) {
      const awaited = new Set(objects.map(({ answer }) => answer).filter(({ waiting }) => waiting !== null));
      const finish = () => {
        merge();
        done();
      };
      let left = awaited.size;
      if (left === 0) finish();
      for (const { waiting } of awaited) {
        waiting?.push(() => {
          left -= 1;
          if (left === 0) finish();
        });
      }
    },
  };
}
