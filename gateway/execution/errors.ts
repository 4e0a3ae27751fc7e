import type { GraphQLFormattedError } from 'graphql';
import { isObject, type Values } from './values.ts';

/** An error of a subgraph, found at a place of the data. */
export interface LocatedError {
  readonly error: GraphQLFormattedError;
  /** The keys below the place where it was located. */
  readonly below: readonly (string | number)[];
}

/** Errors by the place of the data that they tell of. */
export class LocatedErrors {
  readonly #whole = new Map<object, GraphQLFormattedError[]>();
  readonly #fields = new Map<object, Map<string | number, LocatedError[]>>();
  readonly #gone = new Set<object>();
  readonly #nulled = new Map<object, Set<GraphQLFormattedError>>();
  readonly #elsewhere: GraphQLFormattedError[] = [];

  /** Notes an error at `path` below `target`, as far down as there are values. */
  add(target: Values, path: readonly (string | number)[], error: GraphQLFormattedError): void {
    let at: Values = target;
    for (const [depth, key] of path.entries()) {
      const next = Object.hasOwn(at, key) ? at[key] : undefined;
      if (depth === path.length - 1 || !isObject(next)) {
        this.#addField(at, key, { error, below: path.slice(depth + 1) });
        return;
      }
      at = next;
    }
    push(this.#whole, target, error);
  }

  /** Notes an error that tells of no place. */
  addElsewhere(error: GraphQLFormattedError): void {
    if (!this.#elsewhere.some((known) => isSame(known, error))) this.#elsewhere.push(error);
  }

  #addField(container: object, key: string | number, located: LocatedError): void {
    const fields = this.#fields.get(container) ?? new Map<string | number, LocatedError[]>();
    this.#fields.set(container, fields);
    const known = fields.get(key) ?? [];
    fields.set(key, known);
    if (
      !known.some(({ error, below }) => isSame(error, located.error) && below.join() === located.below.join())
    )
      known.push(located);
  }

  /** Notes that a subgraph that was asked for an entity does not have it. */
  addGone(entity: object): void {
    this.#gone.add(entity);
  }

  isGone(entity: object): boolean {
    return this.#gone.has(entity);
  }

  /** Notes that a subgraph answered null for an object, as one of the errors below it wants. */
  addNulled(object: object, by: GraphQLFormattedError): void {
    this.#nulled.set(object, (this.#nulled.get(object) ?? new Set()).add(by));
  }

  /** The errors below an object for which a subgraph answered null; undefined when none did. */
  nulledBy(object: object): ReadonlySet<GraphQLFormattedError> | undefined {
    return this.#nulled.get(object);
  }

  /** Errors of the whole object. */
  of(object: object): readonly GraphQLFormattedError[] {
    return this.#whole.get(object) ?? [];
  }

  /** Errors of fields of the object, or of items of the list. */
  fieldsOf(container: object): ReadonlyMap<string | number, readonly LocatedError[]> | undefined {
    return this.#fields.get(container);
  }

  elsewhere(): readonly GraphQLFormattedError[] {
    return this.#elsewhere;
  }
}

/** The same error met twice, by two fetches of one step or for one object at two paths. */
const isSame = (one: GraphQLFormattedError, other: GraphQLFormattedError): boolean =>
  one === other || (one.message === other.message && one.extensions?.['code'] === other.extensions?.['code']);

function push(errors: Map<object, GraphQLFormattedError[]>, key: object, error: GraphQLFormattedError): void {
  const known = errors.get(key) ?? [];
  errors.set(key, known);
  if (!known.some((each) => isSame(each, error))) known.push(error);
}
