import type { GraphQLFormattedError } from 'graphql';
import type { Rewrite } from '../planning/plan.ts';
import type { LocatedErrors } from './errors.ts';
import { entitiesAt, represent, rewrite, type TypeTest } from './representations.ts';
import type { Step } from './steps.ts';
import { isObject, mergeInto, type Values } from './values.ts';

const ENTITIES = '_entities';

/** One step on its way: what it asks for, and where its part of an answer goes. */
export interface Part {
  readonly step: Step;
  /** JSON of each distinct representation; null for a fetch from the root. */
  readonly representations: readonly string[] | null;
  /** Puts its part of an answer, whose keys begin with `prefix`, into the data. */
  merge(answer: Values, prefix: string): void;
  /** Notes an error of its part; false when it tells of another part. */
  locate(error: GraphQLFormattedError, prefix: string): boolean;
  /** Notes an error at each place that the step would have filled in. */
  fail(error: GraphQLFormattedError): void;
}

export interface PartContext {
  readonly data: Values;
  readonly errors: () => LocatedErrors;
  readonly isOfType: TypeTest;
}

/** Keys as they are after the answer was rewritten. */
function rewrittenPath(path: readonly (string | number)[], rewrites: readonly Rewrite[] | undefined) {
  if (!rewrites) return path;
  return path.map((key) => {
    for (const each of rewrites)
      if (each.kind === 'KeyRenamer' && each.path.at(-1) === key) return each.renameKeyTo;
    return key;
  });
}

function rootPart(step: Step, { data, errors, isOfType }: PartContext): Part {
  const { operation, fetch } = step;
  const keys = operation.selectionSet.selections.flatMap((node) =>
    node.kind === 'Field' ? [(node.alias ?? node.name).value] : [],
  );
  // Until there is an answer.
  let isNull = true;
  return {
    step,
    representations: null,
    merge(answer, prefix) {
      isNull = false;
      const own: Values = {};
      for (const key of keys) own[key] = answer[`${prefix}${key}`];
      if (fetch.outputRewrites) rewrite(own, fetch.outputRewrites, isOfType);
      mergeInto(data, own, isOfType);
    },
    locate(error, prefix) {
      const [root, ...rest] = error.path ?? [];
      const key = keys.find((each) => root === `${prefix}${each}`);
      if (key === undefined) return false;
      errors().add(data, rewrittenPath([key, ...rest], fetch.outputRewrites), error);
      if (isNull) errors().addNulled(data, error);
      return true;
    },
    fail(error) {
      for (const key of keys) errors().add(data, rewrittenPath([key], fetch.outputRewrites), error);
    },
  };
}

/** Entities and, for each, the index of its representation; -1 of one that is not asked for. */
interface Represented {
  readonly entities: readonly Values[];
  readonly slots: readonly number[];
  readonly representations: readonly string[];
}

function representAll({ fetch, path }: Step, { data, isOfType }: PartContext): Represented {
  const entities = entitiesAt(data, path ?? [], isOfType);
  const indices = new Map<string, number>();
  const { requires = [], inputRewrites } = fetch;
  const slots = entities.map((entity) => {
    const representation = represent(entity, requires, isOfType);
    if (!representation) return -1;
    if (inputRewrites) rewrite(representation, inputRewrites, isOfType);
    const json = JSON.stringify(representation);
    const index = indices.get(json) ?? indices.size;
    if (index === indices.size) indices.set(json, index);
    return index;
  });
  return { entities, slots, representations: [...indices.keys()] };
}

function entityPart(step: Step, context: PartContext): Part | null {
  const { entities, slots, representations } = representAll(step, context);
  if (representations.length === 0) return null;
  const { errors, isOfType } = context;
  const { outputRewrites } = step.fetch;
  const locateAt = (slot: number, rest: readonly (string | number)[], error: GraphQLFormattedError) => {
    for (const [position, entity] of entities.entries())
      if (slots[position] === slot) {
        errors().add(entity, rewrittenPath(rest, outputRewrites), error);
        if (nulls.has(slot)) errors().addNulled(entity, error);
      }
  };
  const nulls = new Set<number>();
  const fail = (error: GraphQLFormattedError) => {
    for (const slot of representations.keys()) locateAt(slot, [], error);
  };
  return {
    step,
    representations,
    merge(answer, prefix) {
      const found = answer[`${prefix}${ENTITIES}`];
      if (!Array.isArray(found)) return;
      if (outputRewrites) for (const each of found) rewrite(each, outputRewrites, isOfType);
      for (let position = 0; position < entities.length; position += 1) {
        const [entity, slot = -1] = [entities[position], slots[position]];
        const source: unknown = slot < 0 ? null : found[slot];
        if (!entity || slot < 0) continue;
        if (isObject(source)) mergeInto(entity, source, isOfType);
        else {
          nulls.add(slot);
          errors().addGone(entity);
        }
      }
    },
    locate(error, prefix) {
      const [root, slot, ...rest] = error.path ?? [];
      if (root !== `${prefix}${ENTITIES}`) return false;
      if (typeof slot === 'number') locateAt(slot, rest, error);
      else fail(error);
      return true;
    },
    fail,
  };
}

/** Makes a step ready to be asked; null when there is nothing to ask. */
export const createPart = (step: Step, context: PartContext): Part | null =>
  step.path === null ? rootPart(step, context) : entityPart(step, context);
