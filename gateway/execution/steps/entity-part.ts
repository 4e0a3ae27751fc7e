import type { GraphQLFormattedError } from 'graphql';
import { entitiesAt, represent } from '../data/representations.ts';
import { rewrite, rewritePath } from '../data/rewrites.ts';
import { copy, isObject, mergeInto, type Values } from '../data/values.ts';
import type { EntityAnswer, Part, PartContext } from './part.ts';
import type { Step } from './steps.ts';

const ENTITIES = '_entities';

/** The objects that a step fills in, each with its answer, which may still be pending. */
interface Represented {
  readonly objects: readonly { readonly object: Values; readonly answer: EntityAnswer }[];
  /** Answers that nobody requested yet, by representation. */
  readonly unrequested: ReadonlyMap<string, EntityAnswer>;
}

/** Reads and keeps a step's entities; undefined when it may not. */
interface Keeping {
  get(representation: string): Values | undefined;
  put(representation: string, entity: Values): void;
}

function keepingOf({ kept: selection, fetch }: Step, { kept, variables }: PartContext): Keeping | undefined {
  if (selection === null || !kept) return undefined;
  const given = fetch.variableUsages.map((name) => variables[name]);
  const key = given.length === 0 ? selection : `${selection} ${JSON.stringify(given)}`;
  return {
    get: (representation) => kept.get(key, representation),
    put: (representation, entity) => kept.put(key, representation, entity),
  };
}

/** An answer that is still to be requested. */
const unanswered = (): EntityAnswer => ({ entity: undefined, errors: [], waiting: [] });

function representAll(step: Step, context: PartContext, keeping: Keeping | undefined): Represented {
  const { data, isOfType, answersTo, onKept } = context;
  const { fetch, path } = step;
  const { requires = [], inputRewrites } = fetch;
  const answers = answersTo(step);
  const unrequested = new Map<string, EntityAnswer>();
  const objects: { object: Values; answer: EntityAnswer }[] = [];
  let kept = 0;
  for (const object of entitiesAt(data, path ?? [], isOfType)) {
    const representation = represent(object, requires, isOfType);
    if (!representation) continue;
    if (inputRewrites) rewrite(representation, inputRewrites, isOfType);
    const json = JSON.stringify(representation);
    let answer = answers.get(json);
    if (!answer) {
      const entity = keeping?.get(json);
      answer = entity ? { entity, errors: [], waiting: null } : unanswered();
      answers.set(json, answer);
      if (entity) kept += 1;
      else unrequested.set(json, answer);
    }
    objects.push({ object, answer });
  }
  if (kept > 0) onKept?.({ subgraph: fetch.serviceName, step: step.index, entities: kept });
  return { objects, unrequested };
}

class EntityPart implements Part {
  readonly step: Step;
  readonly representations: readonly string[];
  readonly #context: PartContext;
  readonly #objects: Represented['objects'];
  /** Answers that this part requests, in the order of its representations. */
  readonly #requested: readonly EntityAnswer[];
  readonly #keeping: Keeping | undefined;

  constructor(
    step: Step,
    context: PartContext,
    { objects, unrequested }: Represented,
    keeping: Keeping | undefined,
  ) {
    this.step = step;
    this.#keeping = keeping;
    this.representations = [...unrequested.keys()];
    this.#context = context;
    this.#objects = objects;
    this.#requested = [...unrequested.values()];
  }

  take(answer: Values, prefix: string): void {
    const found = answer[`${prefix}${ENTITIES}`];
    if (!Array.isArray(found)) return;
    const { outputRewrites } = this.step.fetch;
    for (const [index, each] of this.#requested.entries()) {
      const entity: unknown = found[index];
      if (outputRewrites) rewrite(entity, outputRewrites, this.#context.isOfType);
      each.entity = isObject(entity) ? entity : null;
    }
  }

  takeError(error: GraphQLFormattedError, prefix: string): boolean {
    const [root, index, ...rest] = error.path ?? [];
    if (root !== `${prefix}${ENTITIES}`) return false;
    const answer = typeof index === 'number' ? this.#requested[index] : undefined;
    if (answer) answer.errors.push({ path: rewritePath(rest, this.step.fetch.outputRewrites), error });
    else this.fail(error);
    return true;
  }

  fail(error: GraphQLFormattedError): void {
    for (const answer of this.#requested) answer.errors.push({ path: [], error });
  }

  keep(): void {
    if (!this.#keeping) return;
    for (const [index, { entity, errors }] of this.#requested.entries()) {
      const representation = this.representations[index];
      if (isObject(entity) && errors.length === 0 && representation !== undefined)
        this.#keeping.put(representation, entity);
    }
  }

  settle(): void {
    for (const answer of this.#requested) {
      const { waiting } = answer;
      answer.waiting = null;
      for (const go of waiting ?? []) go();
    }
  }

  whenDone(done: () => void): void {
    const pending = new Set(
      this.#objects.map(({ answer }) => answer).filter(({ waiting }) => waiting !== null),
    );
    const finish = () => {
      this.#merge();
      done();
    };
    let left = pending.size;
    if (left === 0) finish();
    for (const { waiting } of pending) {
      waiting?.push(() => {
        left -= 1;
        if (left === 0) finish();
      });
    }
  }

  /**
   * Merges the answers into the data. Entities that another part requested, or that were kept, are copied, because others
   * go on using them.
   */
  #merge(): void {
    const { errorsOf, isOfType } = this.#context;
    const errors = () => errorsOf(this.step);
    const own = new Set(this.#requested);
    const copies = new Map<EntityAnswer, Values>();
    for (const { object, answer } of this.#objects) {
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
}

/** The part for a fetch of entities; null when its path leads to none. */
export function entityPart(step: Step, context: PartContext): Part | null {
  const keeping = keepingOf(step, context);
  const represented = representAll(step, context, keeping);
  return represented.objects.length === 0 ? null : new EntityPart(step, context, represented, keeping);
}
